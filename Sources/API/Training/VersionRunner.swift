import Dispatch
import Graphs
import Serving
import Synchronization
import Tensors
import Training

/// Lets a version compute batches of samples, one after another, among the requests it serves.
struct VersionRunner: Sendable {
    private let version: ModelVersion
    private let bindings: [String: Int]
    private let sampleCount: Int

    /// How often a batch is offered again to a queue that is full.
    private static let attempts = 600

    /// - Parameters:
    ///   - version: One with one input.
    ///   - sampleShape: Of its samples, without the batch.
    /// - Throws: `EvaluationError.model` when the version does not take such samples.
    init(_ version: ModelVersion, sampleShape: Shape) throws(EvaluationError) {
        self.version = version
        sampleCount = sampleShape.elementCount
        if let preprocessing = version.preprocessing {
            bindings = preprocessing.bindings
            return
        }
        do throws(ServingError) {
            let wanted = version.inputs[0].sampleDimensions
            // Sizes of 1 that are left out of the data: images [28, 28] for an input [28, 28, 1] or [1, 28, 28].
            let shape = wanted.allSatisfy { $0 != nil } ? Shape(wanted.compactMap { $0 }) : sampleShape
            guard shape.elementCount == sampleShape.elementCount else {
                throw .inputShape(input: version.inputs[0].name, expected: "\(shape)", found: sampleShape)
            }
            bindings = try version.freeSizes.bindings(sampleShapes: [shape])
        } catch {
            throw .model(error.description)
        }
    }

    /// Computes a batch; blocks until it is done.
    /// - Parameters:
    ///   - samples: [rows, …]
    ///   - rows: How many.
    /// - Returns: The first output: [rows, columns].
    /// - Throws: `EvaluationError.model`.
    func compute(_ samples: UnsafePointer<Float>, rows: Int) throws(EvaluationError) -> [Float] {
        let storage = AlignedStorage(floatCount: rows * sampleCount)
        unsafe storage.floats.update(from: samples, count: rows * sampleCount)
        for _ in 0..<Self.attempts {
            switch answer(storage, rows) {
            case .success(let answer): return answer
            // Clients come first.
            case .failure(.queueFull): _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(50))
            case .failure(let error): throw .model(error.description)
            }
        }
        throw .model("the model had no time for the evaluation")
    }

    private func answer(_ storage: AlignedStorage, _ rows: Int) -> Result<[Float], ServingError> {
        let received = Mutex<Result<[Float], ServingError>>(.failure(.cancelled))
        let isDone = DispatchSemaphore(value: 0)
        do throws(ServingError) {
            let request = try InferenceRequest(version: version, rows: rows, inputs: [storage], bindings: bindings)
            version.submit(request) { result in
                received.withLock { $0 = result.map(Self.numbers) }
                isDone.signal()
            }
        } catch {
            return .failure(error)
        }
        isDone.wait()
        return received.withLock { $0 }
    }

    @Sendable private static func numbers(_ response: InferenceResponse) -> [Float] {
        let output = response.outputs[0]
        return unsafe Array(UnsafeBufferPointer(start: output.storage.floats, count: output.elementCount))
    }
}
