import JSON
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import ModelFormats
@testable import Training

/// The test digits as a dataset, and trainings on them in directories of their own.
struct TrainingFixture {
    let stored: TestStore
    let dataset: Dataset
    let jobs = TemporaryDirectory()

    /// A dataset of some of the 1,000 test digits: integer images, or sequences of 28 numbers.
    init(rows: Int = 600, testRows: Int = 200, isSequence: Bool = false) throws {
        let digits = try SafeTensors(path: Repository.root + "/Tests/Fixtures/digits.safetensors").tensors
        let (images, labels) = (try #require(digits["images"]), try #require(digits["labels"]))
        let source = isSequence ? try #require(digits["seq28"]) : images
        func part(_ tensor: Tensor, _ range: Range<Int>) -> [UInt8] {
            let row = tensor.storage.byteCount / tensor.shape[0]
            let shape = Shape([range.count] + tensor.shape.dimensions.dropFirst())
            let storage = AlignedStorage(byteCount: row * range.count)
            storage.base.copyMemory(from: tensor.storage.base + row * range.lowerBound, byteCount: storage.byteCount)
            return NpyWriter.bytes(of: Tensor(dtype: tensor.dtype, shape: shape, storage: storage))
        }
        let (training, test) = (0..<rows, rows..<rows + testRows)
        stored = try TestStore()
        dataset = try stored.add(
            ZipBuilding.archive([
                ("x.npy", part(source, training)), ("y.npy", part(labels, training)),
                ("x_test.npy", part(source, test)), ("y_test.npy", part(labels, test)),
            ]), .npz)
    }

    /// A training with this request; `members` are added to a small default.
    func run(
        _ name: String, _ members: String, base: String? = nil, threads: Int = 1, options: TrainingRun.Options = .init()
    ) throws -> TrainingRun {
        let json = try JSONValue(parsing: "{\"dataset\": \"data\", \(members)}")
        let setup = try TrainingSetup(
            request: try TrainingRequest(json: json), dataset: dataset, baseDirectory: base)
        let directory = jobs.path + "/" + name
        jobs.makeDirectory(name)
        return try TrainingRun(
            setup: setup, directory: directory, options: options, kernels: .best(),
            pool: threads > 1 ? ComputePool(threads: threads) : nil)
    }
}

extension TrainingRun {
    /// Runs to the end; the result and the events.
    func finish() throws -> (result: TrainingResult, events: [TrainingEvent]) {
        var events: [TrainingEvent] = []
        guard case .finished(let result) = try run(report: { events.append($0) }) else {
            throw FieldError(path: "run", expected: "an end", found: "a stop")
        }
        return (result, events)
    }
}
