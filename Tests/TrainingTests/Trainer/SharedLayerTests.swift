import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats
@testable import Training

/// Fine-tuning of models whose layers are called several times, against Keras's own steps:
/// `Tests/Fixtures/make_shared.py` has made the files.
struct SharedLayerTests {
    /// Trains a model for three steps over all rows and returns the tensors of its version.
    private static func tensors(
        _ model: String, _ members: String, in directory: TemporaryDirectory
    ) throws -> [String: Tensor] {
        let store = try TestStore()
        let data = try FileBytes.read(Repository.fixture("shared/\(model)/data.npz"))
        let setup = try TrainingSetup(
            request: try TrainingRequest(
                json: try JSONValue(
                    parsing: """
                        {"dataset": "data", "base": "m", "epochs": 3, "batch_size": 64, "shuffle": false,
                         "optimizer": {"name": "sgd", "learning_rate": 0.5}, "splits": {"validation": 0, "test": 0}
                         \(members)}
                        """)),
            dataset: try store.add(data, .npz), baseDirectory: Repository.fixture("shared/\(model)/before.keras"))
        directory.makeDirectory(model)
        let run = try TrainingRun(
            setup: setup, directory: directory.path + "/" + model, kernels: .best(), pool: ComputePool(threads: 2))
        let bundle = try run.finish().result.bundle
        return try SafeTensors(path: bundle + "/model.safetensors").tensors
    }

    private static func difference(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.floats, b.floats).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test(arguments: ["twins", "folded"]) func stepsAreThoseOfKeras(model: String) throws {
        let directory = TemporaryDirectory()
        let found = try Self.tensors(model, "", in: directory)
        func keras(_ name: String) throws -> [String: Tensor] {
            let keras = try KerasReader.model(path: Repository.fixture("shared/\(model)/\(name).keras")).model
            return keras.architecture.fileTensors(fromGraphConstants: keras.parameters)
        }
        let (before, after) = (try keras("before"), try keras("after"))
        // Each parameter is there once, whoever calls its layer.
        #expect(Set(found.keys) == Set(after.keys))
        for (name, tensor) in after {
            let own = try #require(found[name])
            #expect(Self.difference(own, tensor) < 1e-5, "\(name)")
            #expect(Self.difference(own, try #require(before[name])) > 0, "\(name)")
        }
    }

    @Test func aFrozenLayerStaysInAllItsCalls() throws {
        let directory = TemporaryDirectory()
        let found = try Self.tensors("twins", ", \"freeze\": [\"embedding\", \"tower.gru\"]", in: directory)
        let keras = try KerasReader.model(path: Repository.fixture("shared/twins/before.keras")).model
        let before = keras.architecture.fileTensors(fromGraphConstants: keras.parameters)
        for (name, tensor) in before {
            let isFrozen = name.hasPrefix("embedding") || name.hasPrefix("tower.gru")
            #expect((Self.difference(try #require(found[name]), tensor) == 0) == isFrozen, "\(name)")
        }
    }

    @Test func theVersionAnswersAsItWasTrained() throws {
        let directory = TemporaryDirectory()
        _ = try Self.tensors("twins", "", in: directory)
        let bundle = directory.path + "/twins/bundle"
        let graph = try ModelLoader.loadModel(path: bundle)
        let golden = try SafeTensors(path: bundle + "/golden.safetensors").tensors
        let inputs = try (0..<2).map { try #require(golden["input.\($0)"]) }
        let outputs = try graph.evaluate(inputs)
        #expect(Self.difference(outputs[0], try #require(golden["output.0"])) < 1e-5)
        // Two inputs come as they are.
        #expect(!(try DirectoryListing.names(bundle)).contains("preprocessing.json"))
    }
}
