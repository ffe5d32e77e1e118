import Graphs
import Serving
import Synchronization
import Tensors

/// A model whose answer to a row tells which row it was: [first, 2·second + 1, sum], so that no two rows of a test
/// that numbers them share an answer.
struct FakeModel: ServableModel {
    /// What a test sees of each run, before it computes.
    typealias Observer = @Sendable (_ rows: Int, _ bindings: [String: Int], _ isParallel: Bool) -> Void

    let inputs: [TensorSignature]
    let outputs: [TensorSignature]
    var tableRows: [Int?] = [nil]
    let parameterCount = 7
    let packedByteCount = 28
    var weightByteCount = 28
    var observe: Observer = { _, _, _ in }
    /// Sizes it refuses to plan for.
    var refusedTime = -1
    /// Added to every output, to break a golden file.
    var error: Float = 0

    /// - Parameters:
    ///   - isSequence: Whether a row is [time, 2] with a free time, instead of [4].
    ///   - observe: Called at the beginning of each run.
    init(isSequence: Bool = false, observe: @escaping Observer = { _, _, _ in }) {
        let sample: [Dimension] = isSequence ? [.symbol("time"), 2] : [4]
        inputs = [TensorSignature(name: "x", dtype: .float32, dimensions: [.symbol("batch")] + sample)]
        outputs = [TensorSignature(name: "y", dtype: .float32, dimensions: [.symbol("batch"), 3])]
        self.observe = observe
    }

    func plan(bindings: [String: Int]) throws(ServingError) -> any BatchPlan {
        if bindings["time"] == refusedTime { throw .computation("time \(refusedTime) is too long") }
        return FakePlan(bindings: bindings, observe: observe, error: error)
    }

    /// What the model answers to a row.
    static func answer(to row: some Collection<Float>) -> [Float] {
        let row = Array(row)
        return [row[0], 2 * row[1] + 1, row.reduce(0, +)]
    }
}

private struct FakePlan: BatchPlan {
    let bindings: [String: Int]
    let observe: FakeModel.Observer
    let error: Float

    var inputSizes: [Int] { [bindings["time"].map { $0 * 2 } ?? 4] }
    var outputSizes: [Int] { [3] }
    var outputShapes: [Shape] { [[3]] }
    var threads: Int { 2 }
    var workspaceByteCount: Int { 0 }

    func run(
        rows: Int, inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>], parallel: Bool
    ) {
        observe(rows, bindings, parallel)
        for row in 0..<rows {
            let input = UnsafeBufferPointer(start: inputs[0] + row * inputSizes[0], count: inputSizes[0])
            for (index, value) in FakeModel.answer(to: input).enumerated() {
                outputs[0][row * 3 + index] = value + error
            }
        }
    }
}
