import JSON
import Graphs
import Tensors
import Testing

@testable import ModelFormats

/// Models as Keras 2 and 3 save them, against what Keras answers.
struct KerasModelTests {
    /// Model files of the fixtures; each has `io.npz` beside it.
    private static let files: [String] = ["golden-keras", "keras2", "keras3"].flatMap { folder in
        let path = Fixtures.path(folder)
        return ((try? DirectoryListing.names(path)) ?? []).flatMap { name in
            ["model.keras", "model.h5", "model.weights.h5"].map { "\(folder)/\(name)/\($0)" }
                .filter { (try? OpenFile(path: Fixtures.path($0)).byteCount) != nil }
        }
    }

    /// The arrays whose names begin with a letter, in their order.
    private static func arrays(_ all: [String: Tensor], _ letter: String) -> [Tensor] {
        all.keys.filter { $0.hasPrefix(letter) }.sorted().compactMap { all[$0] }
    }

    private static func check(_ graph: Graph, like file: String) throws {
        let io = try NpzReader.tensors(path: Fixtures.path(file.directoryPath + "io.npz"))
        let found = try ModelRun.outputs(graph, arrays(io, "x"))
        let expected = arrays(io, "y").map { $0.convertedToFloat32().floats }
        #expect(found.map(\.count) == expected.map(\.count))
        for (found, expected) in zip(found, expected) {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func findsTheFixtures() { #expect(Self.files.count == 13 + 13 + 24) }

    @Test(arguments: files)
    func answersAsKerasDoes(file: String) throws {
        try Self.check(try ModelLoader.loadModel(path: Fixtures.path(file)), like: file)
    }

    /// What a training of the model would write.
    @Test(arguments: ["golden-keras/k_branches/model.keras", "keras2/text/model.h5", "keras3/image/model.keras"])
    func comesOutAsANativeModel(file: String) throws {
        let (graph, source) = try ModelLoader.loadSource(path: Fixtures.path(file))
        guard case .native(let architecture) = source else {
            Issue.record("expected a list of layers")
            return
        }
        var tensors: [String: Tensor] = [:]
        for value in graph.values { tensors[value.name] = value.constant }
        let files = NativeModel(architecture: architecture, parameters: tensors).files
        let json = try BundleFile.parse(try #require(files[BundleFile.architecture]), name: BundleFile.architecture)
        let again = try Architecture(json: json)
        let stored = try SafeTensors(bytes: try #require(files[BundleFile.parameters])).tensors
        let constants = try again.graphConstants(fromFileTensors: stored)
        try Self.check(try again.graph(parameters: constants), like: file)
    }

    @Test(arguments: ["keras2/nested/model.h5", "keras3/nested/model.keras"])
    func furtherCallsShareTheParametersOfTheFirst(file: String) throws {
        let model = try KerasReader.model(path: Fixtures.path(file)).model
        let layers = try #require(model.architecture.json["layers"]?.array)
        let shared = layers.compactMap { $0["shares"]?.string }
        #expect(!shared.isEmpty)
        for name in shared {
            let owner = try #require(layers.first { $0["name"]?.string == name })
            #expect(owner["shares"] == nil)
            #expect(model.architecture.fileTensorShapes.contains { $0.name.hasPrefix(name + ".") })
        }
        let names = model.architecture.fileTensorShapes.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(try Architecture(json: model.architecture.json).json == model.architecture.json)
    }

    @Test func namesInputsAndOutputsAsKerasDoes() throws {
        let model = try KerasReader.model(path: Fixtures.path("keras3/nested/model.keras")).model
        #expect(model.architecture.inputs.map(\.name) == ["a", "b"])
        #expect(model.architecture.outputs == ["first", "second"])
        let older = try KerasReader.model(path: Fixtures.path("keras2/nested/model.h5")).model
        #expect(older.architecture.inputs.map(\.name) == ["a", "b", "c"])
        #expect(older.architecture.outputs == ["first", "second"])
    }

    @Test func readsADirectory() throws {
        let file = "keras3/states-weights/model.weights.h5"
        try Self.check(try ModelLoader.loadModel(path: Fixtures.path("keras3/states-weights")), like: file)
    }
}
