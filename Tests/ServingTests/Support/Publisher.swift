import ModelFormats
@testable import Serving
import Tensors
import TestSupport

/// A directory of models and one of bundles to be published there.
struct Publisher {
    let models = TemporaryDirectory()
    let bundles: TemporaryDirectory

    /// - Parameter parent: Where the bundles are.
    init(bundlesIn parent: String = "/tmp") { bundles = TemporaryDirectory(in: parent) }

    /// A repository over what is on disk now.
    func load(policy: VersionPolicy = .latest(1)) throws -> ModelRepository {
        var configuration = ModelRepository.Configuration(directory: models.path)
        configuration.policy = policy
        let repository = ModelRepository(configuration: configuration, engine: FakeEngine())
        try repository.loadAll()
        return repository
    }

    /// The path of a new bundle whose model file is `text`, and whose golden rows are those of the model "ok".
    func bundle(_ name: String, _ text: String, golden: Bool = false) -> String {
        bundles.write(text, to: "\(name)/model.onnx")
        if golden {
            let input = rows(of: 5, count: 3)
            let tensors = [
                "input.0": Tensor(input, shape: [3, 4]),
                "output.0": Tensor(expectedAnswer(to: input), shape: [3, 3]),
            ]
            bundles.write(SafeTensors(tensors: tensors).bytes(), to: "\(name)/golden.safetensors")
        }
        return "\(bundles.path)/\(name)"
    }

    /// Publishes a new bundle whose answers are off by `offset`.
    func publish(_ offset: Int, as model: String = "m", to repository: ModelRepository) throws -> Int {
        try repository.publish(bundle("bundle-\(offset)", "plus \(offset)"), as: model)
    }

    /// Whether there is something of that name among the models.
    func has(_ name: String) -> Bool { models.has(name) }
}

extension ModelRepository {
    /// The numbers of a model's versions that are loaded.
    func ready(_ name: String = "m") throws -> [Int] {
        try model(named: name).filter { $0.state == .ready }.compactMap(\.version)
    }

    /// How far the answers of the version that serves are off.
    func offset(_ name: String = "m") throws -> Float {
        let version = try version(of: name)
        let answers = Answers()
        version.submit(try version.request(9, rows: 1), completion: answers.completion(9))
        guard answers.wait(for: 1), let answer = answers.response(9)?.outputs[0].floats.first else { return .nan }
        return answer - expectedAnswer(to: rows(of: 9, count: 1))[0]
    }
}
