import Graphs
import Tensors

/// Computes one batch with one plan and keeps count of what it took.
///
/// Dimensions: a request's rows lie at `offset ..< offset + rows` of the joined batch, in inputs and outputs alike.
struct BatchRun {
    let plan: any BatchPlan
    /// Most rows of one run of the engine.
    let maxRows: Int
    /// Whether other threads may help.
    let isParallel: Bool
    let clock: MonotonicClock
    /// Called between two runs of one request, with the nanoseconds of the run before.
    var betweenRuns: (UInt64) -> Void = { _ in }
    private(set) var record: RunRecord
    /// Nanoseconds of the run before.
    private var lastRun: UInt64 = 0
    /// The runs of the request in hand, or of several that are joined: when they began, and what they took.
    private(set) var own = (start: UInt64(0), nanoseconds: UInt64(0), largestRows: 0)

    init(plan: any BatchPlan, maxRows: Int, isInline: Bool, clock: MonotonicClock) {
        self.plan = plan
        self.maxRows = maxRows
        isParallel = !isInline
        self.clock = clock
        record = RunRecord(isInline: isInline)
    }

    /// Why the plan cannot take the request's memory; nil when it can. Never happens while plan and signature agree,
    /// and is checked because the engine trusts the pointers.
    func mismatch(_ request: InferenceRequest) -> ServingError? {
        guard plan.inputSizes.count == request.inputs.count else {
            return .inputCount(expected: plan.inputSizes.count, found: request.inputs.count)
        }
        for (index, size) in plan.inputSizes.enumerated() {
            let found = request.inputs[index].byteCount / MemoryLayout<Float>.stride
            if found / request.rows < size {
                let name = request.version.inputs[index].name
                return .inputStorage(input: name, expectedFloats: size * request.rows, foundFloats: found)
            }
        }
        return nil
    }

    /// Computes one request on its own memory, in several runs when it is larger than a batch.
    /// - Throws: `ServingError.cancelled` or `.deadlineExceeded` when that happens between two runs.
    mutating func compute(_ request: InferenceRequest) throws(ServingError) -> [Tensor] {
        let outputs = makeOutputs(rows: request.rows)
        var row = 0
        while true {
            let rows = min(maxRows, request.rows - row)
            run(rows: rows, from: row, inputs: request.inputs, outputs: outputs.map(\.storage))
            row += rows
            if row == request.rows { return outputs }
            betweenRuns(lastRun)
            if let refusal = request.refusal(at: clock.nanoseconds()) { throw refusal }
        }
    }

    /// The runs from here on belong to other requests.
    mutating func beginRequest() { own = (0, 0, 0) }

    /// Most floats of a joined batch: 256 MiB, for models whose single rows are huge.
    private static let maximumJoinedFloats = 1 << 26

    /// Whether so many rows may be joined in memory of their own.
    func canJoin(rows: Int) -> Bool {
        let row = plan.inputSizes.reduce(0, +) + plan.outputSizes.reduce(0, +)
        return rows <= Self.maximumJoinedFloats / max(row, 1)
    }

    /// Computes several requests in one run; their rows together are at most `maxRows`.
    mutating func compute(_ requests: [PendingRequest], in buffers: BatchBuffers) -> [[Tensor]] {
        let rows = requests.reduce(0) { $0 + $1.request.rows }
        let inputs = buffers.inputs(floats: plan.inputSizes.map { $0 * rows })
        let outputs = buffers.outputs(floats: plan.outputSizes.map { $0 * rows })
        var offset = 0
        for pending in requests {
            for (index, size) in plan.inputSizes.enumerated() {
                unsafe (inputs[index].floats + offset * size)
                    .update(from: pending.request.inputs[index].floats, count: pending.request.rows * size)
            }
            offset += pending.request.rows
        }
        run(rows: rows, from: 0, inputs: inputs, outputs: outputs)
        return scatter(outputs, to: requests)
    }

    private func scatter(_ batch: [AlignedStorage], to requests: [PendingRequest]) -> [[Tensor]] {
        var offset = 0
        return requests.map { pending in
            let outputs = makeOutputs(rows: pending.request.rows)
            for (index, size) in plan.outputSizes.enumerated() {
                unsafe outputs[index].storage.floats
                    .update(from: batch[index].floats + offset * size, count: pending.request.rows * size)
            }
            offset += pending.request.rows
            return outputs
        }
    }

    private mutating func run(rows: Int, from row: Int, inputs: [AlignedStorage], outputs: [AlignedStorage]) {
        let isParallel = isParallel && rows > 1
        let start = clock.nanoseconds()
        unsafe plan.run(
            rows: rows,
            inputs: plan.inputSizes.indices.map { index in
                unsafe UnsafePointer(inputs[index].floats + row * plan.inputSizes[index])
            },
            outputs: plan.outputSizes.indices.map { index in
                unsafe outputs[index].floats + row * plan.outputSizes[index]
            },
            parallel: isParallel)
        let end = clock.nanoseconds()
        lastRun = end &- start
        record.add(rows: rows, nanoseconds: end &- start, threads: isParallel ? plan.threads : 1, end: end)
        if own.largestRows == 0 { own.start = start }
        own.nanoseconds &+= end &- start
        own.largestRows = max(own.largestRows, rows)
    }

    private func makeOutputs(rows: Int) -> [Tensor] {
        plan.outputShapes.map { shape in
            let shape = Shape([rows] + shape.dimensions)
            return Tensor(dtype: .float32, shape: shape, storage: AlignedStorage(floatCount: shape.elementCount))
        }
    }
}
