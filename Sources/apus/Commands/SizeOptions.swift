import ArgumentParser
import Daemon

/// The options for sizes that a model leaves open.
struct SizeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The model's only free size, such as its time steps.", valueName: "number"))
    var time: Int?

    @Option(name: .customLong("size"), help: ArgumentHelp("A free size of the model by name.", valueName: "name=value"))
    var sizes: [String] = []

    /// The sizes chosen.
    func chosen() throws -> ChosenSizes { try ChosenSizes(only: time, named: sizes) }
}
