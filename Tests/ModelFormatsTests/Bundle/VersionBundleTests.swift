import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

struct VersionBundleTests {
    private let directory = TemporaryDirectory()
    private var version: String { directory.path + "/1" }

    private func bundle() throws -> (bundle: VersionBundle, architecture: Architecture, parameters: [String: Tensor]) {
        let architecture = try Presets.architecture("seed-lstm", sample: [7, 2], output: .classes(3))
        let parameters = randomParameters(of: architecture)
        var bundle = try VersionBundle(.native(architecture), parameters: parameters)
        bundle.add(BundleFile.card, ["note": "a test"])
        return (bundle, architecture, parameters)
    }

    @Test func isReadAsItWasWritten() throws {
        let (bundle, architecture, parameters) = try bundle()
        try bundle.write(to: version)
        #expect(
            try DirectoryListing.names(version) == [
                "MANIFEST.sha256", "architecture.json", "card.json", "model.safetensors",
            ])
        let model = try NativeModel(path: version + "/model.safetensors")
        #expect(model.architecture.json == architecture.json)
        #expect(model.parameters.mapValues(\.floats) == parameters.mapValues(\.floats))
        #expect(try BundleFile.json(BundleFile.card, in: version) == ["note": "a test"])
        #expect(try BundleFile.json(BundleFile.preprocessing, in: version) == nil)
        let input = Tensor((0..<14).map { Float($0) / 9 }, shape: [1, 7, 2])
        let expected = try architecture.graph(parameters: parameters).evaluate([input])[0].floats
        #expect(try ModelLoader.loadModel(path: version).evaluate([input])[0].floats == expected)
    }

    @Test func filesHavePyTorchsNames() throws {
        try bundle().bundle.write(to: version)
        let tensors = try SafeTensors(path: version + "/model.safetensors").tensors
        #expect(
            tensors.mapValues(\.shape) == [
                "lstm.weight_ih_l0": [200, 2], "lstm.weight_hh_l0": [200, 50], "lstm.bias_ih_l0": [200],
                "lstm.bias_hh_l0": [200], "dense.weight": [3, 50], "dense.bias": [3],
            ])
    }

    @Test func replacesNothing() throws {
        let bundle = try bundle().bundle
        directory.write("mine", to: "1/notes.txt")
        #expect(throws: ModelFormatError.unwritable(file: "1", reason: "File exists")) {
            try bundle.write(to: version)
        }
        #expect(try DirectoryListing.names(directory.path) == ["1"])
        #expect(throws: ModelFormatError.unwritable(file: "2", reason: "No such file or directory")) {
            try bundle.write(to: directory.path + "/none/2")
        }
    }

    @Test(arguments: ["model.safetensors", "architecture.json", "card.json"])
    func damagedFilesAreFound(name: String) throws {
        try bundle().bundle.write(to: version)
        var bytes = try FileBytes.read(version + "/" + name)
        bytes[bytes.count - 2] ^= 1
        directory.write(bytes, to: "1/" + name)
        #expect {
            try ModelLoader.loadModel(path: version)
        } throws: {
            "\($0)".contains("file \"\(name)\": expected SHA-256")
        }
    }

    @Test func directoriesMayBeInAManifest() throws {
        try bundle().bundle.write(to: version)
        var manifest = try FileBytes.read(version + "/MANIFEST.sha256")
        directory.write("x", to: "1/assets/words.txt")
        manifest += SealedDirectory.manifest(of: [("assets/words.txt", Array("x".utf8))])
        directory.write(manifest, to: "1/MANIFEST.sha256")
        #expect(throws: Never.self) { try ModelLoader.loadModel(path: version) }
        directory.write("y", to: "1/assets/words.txt")
        #expect {
            try ModelLoader.loadModel(path: version)
        } throws: {
            "\($0)".contains("file \"assets/words.txt\": expected SHA-256")
        }
    }

    @Test func filesOfNoManifestAreRefused() throws {
        try bundle().bundle.write(to: version)
        directory.write("{}", to: "1/preprocessing.json")
        #expect {
            try ModelLoader.loadModel(path: version)
        } throws: {
            "\($0)" == "MANIFEST.sha256: expected a line for \"preprocessing.json\", found none"
        }
    }

    @Test(arguments: [
        "", "x", String(repeating: "0", count: 64) + "  ../model.onnx\n",
        String(repeating: "0", count: 64) + "  assets//words.txt\n",
        String(repeating: "0", count: 64) + "  assets/.words.txt\n",
        String(repeating: "g", count: 64) + "  model.onnx\n", String(repeating: "0", count: 64) + " model.onnx\n",
    ])
    func otherManifestsAreRefused(text: String) throws {
        try bundle().bundle.write(to: version)
        directory.write(text, to: "1/MANIFEST.sha256")
        #expect(throws: ModelFormatError.self) { try ModelLoader.loadModel(path: version) }
    }

    @Test func partsAreNotReadFromElsewhere() throws {
        try bundle().bundle.write(to: version)
        directory.makeDirectory("2")
        directory.write(try FileBytes.read(version + "/model.safetensors"), to: "2/model.safetensors")
        #expect {
            try ModelLoader.loadModel(path: directory.path + "/2")
        } throws: {
            "\($0)".contains("architecture.json beside it")
        }
        directory.link("2/architecture.json", to: "../1/architecture.json")
        #expect {
            try ModelLoader.loadModel(path: directory.path + "/2")
        } throws: {
            "\($0)".contains("links to a place outside of its directory")
        }
    }

    @Test func tensorsMustFitTheArchitecture() throws {
        let (_, architecture, parameters) = try bundle()
        var tensors = architecture.fileTensors(fromGraphConstants: parameters)
        tensors["dense.bias"] = Tensor([Float(1)], shape: [1])
        #expect(
            throws: ModelFormatError.tensor("dense.bias", expected: "[3]", found: "[1]")
        ) { try architecture.graphConstants(fromFileTensors: tensors) }
        tensors["dense.bias"] = nil
        #expect(throws: ModelFormatError.tensor("dense.bias", expected: "[3]", found: "none")) {
            try architecture.graphConstants(fromFileTensors: tensors)
        }
        tensors["other"] = Tensor([Float(1)], shape: [1])
        #expect(throws: ModelFormatError.self) { try architecture.graphConstants(fromFileTensors: tensors) }
    }

    @Test func survivesDamage() throws {
        try bundle().bundle.write(to: version)
        let document = try FileBytes.read(version + "/architecture.json")
        Damage.mutations(of: document) { bytes in
            let architecture = try Architecture(json: try JSONValue(parsing: bytes))
            _ = architecture.parameterCount
        }
    }

    @Test func anONNXModelStaysOne() throws {
        directory.write(try ONNXBuilding.model().fileBytes(), to: "0/model.onnx")
        let (graph, source) = try ModelLoader.loadSource(path: directory.path + "/0")
        #expect(graph.values.contains { $0.name == "w" && $0.constant != nil })
        let bundle = try VersionBundle(source, parameters: ["w": Tensor([5, 6, 7, 8] as [Float], shape: [2, 2])])
        try bundle.write(to: version)
        let loaded = try ModelLoader.loadModel(path: version)
        #expect(loaded.nodes[0].inputs[1].flatMap { loaded[$0].constant }?.floats == [5, 6, 7, 8])
    }
}
