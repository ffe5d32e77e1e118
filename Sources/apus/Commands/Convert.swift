import ArgumentParser
import Daemon

/// `apus convert`
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model in another format.",
        discussion: """
            The ending of OUT says the format: .onnx (operator set 20), .safetensors (with architecture.json beside it), \
            .npz (the parameters alone), anything else is the directory of a native version. What was written is read \
            again and has to answer like the model that was read; otherwise nothing is written.
            """)

    @Argument(help: ArgumentHelp("A model file, a version directory or a model directory.", valueName: "in"))
    var input: String

    @Argument(help: ArgumentHelp("Where to write.", valueName: "out"))
    var output: String

    @Flag(help: "Replace what is at OUT.")
    var force = false

    @Flag(
        name: .customLong("from-state-dict"),
        help: ArgumentHelp(
            "Propose a network for a file of tensors without architecture.json: a plain chain of layers. With an OUT "
                + "that ends in .json the proposal alone is written."))
    var fromStateDict = false

    @Option(
        help: ArgumentHelp(
            "One sample of that network as PyTorch has it, such as 3,32,32; convolutions need it.", valueName: "sizes"))
    var inputShape: String?

    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            "Rows to compare with, .npy or .json as predict takes them, instead of random ones.", valueName: "file"))
    var rows: String?

    @Option(
        help: ArgumentHelp(
            "How far answers may be apart, for each 1 of an answer above 1.", valueName: "number"))
    var tolerance = 1e-5

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    @OptionGroup var sizes: SizeOptions

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (0...1).contains(tolerance) else {
            throw ValidationError("--tolerance: expected a number in 0...1, got \(tolerance)")
        }
    }

    /// The sizes of `--input-shape`.
    private func sampleShape() throws -> [Int]? {
        guard let inputShape else { return nil }
        let sizes = inputShape.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard sizes.allSatisfy({ $0.map { (1...(1 << 20)).contains($0) } ?? false }), sizes.count <= 4 else {
            throw ValidationError("--input-shape: expected 1 to 4 sizes such as 3,32,32, got \(inputShape)")
        }
        return sizes.compactMap(\.self)
    }

    func run() throws {
        var conversion = Conversion(input: input, output: output)
        conversion.replaces = force
        conversion.rowsPath = rows
        conversion.bound = tolerance
        conversion.sizes = try sizes.chosen()
        conversion.proposesArchitecture = fromStateDict
        conversion.inputShape = try sampleShape()
        let report: ConversionReport
        do {
            report = try conversion.run(kernels: try options.sources().resolve().kernels())
        } catch {
            if json, case .model = error {
                try StandardStream.output.write(ModelDiagnosis.refusal(of: input, error) + [0x0A])
            }
            throw error
        }
        try StandardStream.output.write(json ? report.json + [0x0A] : Array(report.text.utf8))
    }
}
