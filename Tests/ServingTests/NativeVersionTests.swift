import JSON
import ModelFormats
import Preprocessing
@testable import Serving
import Tensors
import TestSupport
import Testing

/// Versions in Apus's own format: architecture and parameters, with a manifest over all files.
struct NativeVersionTests {
    private let models = TemporaryDirectory()
    private let bundles = TemporaryDirectory()

    private func load() throws -> ModelRepository {
        let engine = NativeEngine(kernels: Kernels.best(), pool: nil)
        let repository = ModelRepository(configuration: .init(directory: models.path), engine: engine)
        try repository.loadAll()
        return repository
    }

    /// A bundle of a small network for rows of three numbers and two classes.
    private func bundle(_ name: String, seed: UInt64 = 1, change: (inout VersionBundle) -> Void = { _ in }) throws
        -> String
    {
        let architecture = try Presets.architecture("mlp", sample: [3], output: .classes(2))
        var random = RandomSource(seed: seed)
        var parameters: [String: Tensor] = [:]
        for spec in architecture.parameters {
            let values = random.uniform(count: spec.shape.elementCount, in: -0.5..<0.5)
            parameters[spec.name] = Tensor(values, shape: spec.shape)
        }
        var bundle = try VersionBundle(.native(architecture), parameters: parameters)
        bundle.add(BundleFile.card, ["class_names": ["no", "yes"]])
        change(&bundle)
        try bundle.write(to: "\(bundles.path)/\(name)")
        return "\(bundles.path)/\(name)"
    }

    private func answer(_ repository: ModelRepository, _ row: [Float]) throws -> [Float]? {
        let version = try repository.version(of: "m")
        let answers = Answers()
        let request = try InferenceRequest(version: version, rows: 1, inputs: [storage(row)])
        version.submit(request, completion: answers.completion(0))
        return answers.wait(for: 1) ? answers.response(0)?.outputs[0].floats : nil
    }

    @Test func aNativeBundleIsPublishedAndServes() throws {
        let repository = try load()
        #expect(try repository.publish(bundle("a"), as: "m") == 1)
        #expect(try repository.version(of: "m").classNames == ["no", "yes"])
        let first = try #require(try answer(repository, [1, 2, 3]))
        #expect((first.reduce(0, +) - 1).magnitude < 1e-5)
        // What it answers becomes the golden row of the next version, which must answer the same.
        let golden = SafeTensors(tensors: [
            "input.0": Tensor([1, 2, 3] as [Float], shape: [1, 3]), "output.0": Tensor(first, shape: [1, 2]),
        ])
        #expect(try repository.publish(bundle("b") { $0.add(BundleFile.golden, golden.bytes()) }, as: "m") == 2)
        #expect(try repository.version(of: "m").load.goldenRows == 1)
        let other = try bundle("c", seed: 2) { $0.add(BundleFile.golden, golden.bytes()) }
        let error = #expect(throws: ServingError.self) { try repository.publish(other, as: "m") }
        #expect(error?.description.hasPrefix("golden.safetensors: output.0[0, 0]: expected") == true)
        #expect(try answer(load(), [1, 2, 3]) == first)
    }

    /// A bundle of another device may be there still when the process died after it was copied.
    @Test func whatIsPublishedAlreadyIsNotPublishedTwice() throws {
        let repository = try load()
        #expect(try repository.publish(bundle("a"), as: "m") == 1)
        #expect(try repository.publish(bundle("b", seed: 2), as: "m") == 2)
        #expect(try repository.publish(bundle("again"), as: "m") == 1)
        #expect(try repository.version(of: "m").number == 1)
        #expect(!bundles.has("again") && !models.has("m/3"))
        #expect(try repository.publish(bundle("other"), as: "n") == 1)
        #expect(try repository.rollback("m") == 2)
    }

    /// A recurrent network that takes the lengths of filled-up sequences beside them.
    @Test func lengthsAreASecondInput() throws {
        let architecture = try Architecture(
            json: [
                "input_shape": [4, 1], "lengths": true,
                "layers": [["type": "LSTM", "units": 2], ["type": "Dense", "units": 1]],
            ])
        var parameters: [String: Tensor] = [:]
        var random = RandomSource(seed: 3)
        for spec in architecture.parameters {
            parameters[spec.name] = Tensor(
                random.uniform(count: spec.shape.elementCount, in: -1..<1), shape: spec.shape)
        }
        var bundle = try VersionBundle(.native(architecture), parameters: parameters)
        bundle.add(
            BundleFile.preprocessing,
            [
                "version": 1,
                "input": ["kind": "sequence", "length": 4, "features": 1, "padding": ["side": "end", "value": 0]],
            ])
        try bundle.write(to: bundles.path + "/lengths")
        let repository = try load()
        #expect(try repository.publish(bundles.path + "/lengths", as: "m") == 1)
        let preprocessing = try #require(try repository.version(of: "m").preprocessing)
        #expect(preprocessing.takesLengths && preprocessing.rowSize == 4)
    }

    @Test func aDamagedFileIsNamed() throws {
        let repository = try load()
        let path = try bundle("a") { $0.add(BundleFile.preprocessing, ["version": 1]) }
        bundles.write("{\"version\": 1, \"input\": {\"kind\": \"tensor\", \"shape\": [3]}}", to: "a/preprocessing.json")
        let error = #expect(throws: ServingError.self) { try repository.publish(path, as: "m") }
        #expect(error?.description.contains("\"preprocessing.json\": expected SHA-256 ") == true)
        #expect(!models.has("m"))

        #expect(try repository.publish(bundle("b"), as: "m") == 1)
        var bytes = contents(of: models.path + "/m/1/model.safetensors")
        bytes[bytes.count - 1] ^= 1
        models.write(bytes, to: "m/1/model.safetensors")
        let reason = try #require(try load().model(named: "m").first?.reason)
        #expect(reason.contains("\"model.safetensors\": expected SHA-256 "))
    }

    /// What a model's configuration states is for versions that bring nothing of their own.
    @Test func statedPreprocessingServesVersionsWithoutTheirOwn() throws {
        let own: JSONValue = ["version": 1, "input": ["kind": "tensor", "shape": [3]]]
        models.write("[preprocessing]\nscale = 2\n", to: "m/apus.toml")
        let repository = try load()
        #expect(try repository.publish(bundle("a"), as: "m") == 1)
        #expect(
            try repository.version(of: "m").preprocessing?.preprocessing.steps?.steps == [.scale(factor: 2, offset: 0)])
        #expect(try repository.publish(bundle("b") { $0.add(BundleFile.preprocessing, own) }, as: "m") == 2)
        #expect(try repository.version(of: "m").preprocessing?.preprocessing.steps?.steps.isEmpty == true)
        models.write("[preprocessing]\nskale = 2\n", to: "n/apus.toml")
        let error = #expect(throws: ServingError.self) { try repository.publish(bundle("c"), as: "n") }
        #expect(error?.description.hasPrefix("apus.toml: preprocessing.skale: expected one of") == true)
    }

    @Test func preprocessingMustFitTheModel() throws {
        let repository = try load()
        func publish(_ preprocessing: JSONValue) throws -> Int {
            let name = "p\(UInt32.random(in: 0 ... .max))"
            return try repository.publish(bundle(name) { $0.add(BundleFile.preprocessing, preprocessing) }, as: "m")
        }
        func input(_ shape: JSONValue, classes: JSONValue = nil) -> JSONValue {
            ["version": 1, "input": ["kind": "tensor", "shape": shape], "classes": classes]
        }
        #expect(throws: ServingError.preprocessingShape(expected: "[3]", found: [2])) { try publish(input([2])) }
        #expect(
            throws: ServingError.file(
                "preprocessing.json", reason: "classes: expected 2 names, one for each column of the output, got 1")
        ) { try publish(input([3], classes: ["a"])) }
        let error = #expect(throws: ServingError.self) { try publish(["version": 2]) }
        #expect(error?.description == "preprocessing.json: version: expected an integer in 1...1, got 2")
        #expect(repository.modelNames.isEmpty)
        // Sizes of 1 at the end count for nothing.
        #expect(try publish(input([3, 1], classes: ["a", "b"])) == 1)
        let version = try repository.version(of: "m")
        #expect(version.classNames == ["a", "b"])
        #expect(version.preprocessing?.rowSize == 3)
        #expect(version.load.rowNanoseconds != nil)
    }
}
