import Graphs
package import Tensors

/// Rows for one version of a model to compute, in the form the engine takes them.
package struct InferenceRequest: Sendable {
    /// The version that answers; it stays alive as long as the request.
    package let version: ModelVersion
    /// Number of rows, at least 1.
    package let rows: Int
    /// One for each input of the model: [rows, …], row-major float32 from the first byte on. Nobody writes to them
    /// any more; the engine reads them in place when the request runs alone.
    package let inputs: [AlignedStorage]
    /// The value of each free size but the batch, such as ["time": 28].
    package let bindings: [String: Int]
    /// Which of several that wait is computed first.
    package let priority: RequestPriority
    /// When the answer is of no use any more, on the batcher's `MonotonicClock`; nil for never.
    package let deadline: UInt64?
    /// Whether it may run on the thread that submits it: false for one of many that came together.
    let mayRunInline: Bool
    /// Whether the caller is gone. Asked before each run, from any thread.
    package let isCancelled: @Sendable () -> Bool

    /// Checks that the storages hold what the version wants.
    ///
    /// - Throws: `ServingError.noRows`, `.inputCount`, `.tooLarge`, `.inputStorage`, `.element`, `.unboundSize` or
    ///   `.unknownSize`.
    package init(
        version: ModelVersion, rows: Int, inputs: [AlignedStorage], bindings: [String: Int] = [:],
        priority: RequestPriority = .normal, deadline: UInt64? = nil, mayRunInline: Bool = true,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ServingError) {
        guard rows >= 1 else { throw .noRows }
        guard inputs.count == version.inputs.count else {
            throw .inputCount(expected: version.inputs.count, found: inputs.count)
        }
        try version.freeSizes.check(bindings)
        _ = try Self.floats(version, rows: rows, bindings)
        for (signature, storage) in zip(version.inputs, inputs) {
            let expected = signature.floatCount(rows: rows, bindings)
            let found = storage.byteCount / MemoryLayout<Float>.stride
            guard let expected, expected <= found else {
                throw .inputStorage(input: signature.name, expectedFloats: expected ?? Int.max, foundFloats: found)
            }
        }
        for (input, signature) in version.inputs.enumerated() {
            try Self.check(inputs[input], signature, rows: rows, bindings, version, picksOf: version.tableRows[input])
        }
        self.version = version
        self.rows = rows
        self.inputs = inputs
        self.bindings = bindings
        self.priority = priority
        self.deadline = deadline
        self.mayRunInline = mayRunInline
        self.isCancelled = isCancelled
    }

    /// Most numbers that the inputs and outputs of one request may have together: 128 MiB, a few times that as JSON.
    package static let maximumFloats = 1 << 25

    /// The numbers of inputs and outputs together. A few rows of a small request must not ask for more memory than the
    /// machine has.
    static func floats(
        _ version: ModelVersion, rows: Int, _ bindings: [String: Int]
    ) throws(ServingError) -> Int {
        var total = 0
        for signatures in [version.inputs, version.outputs] {
            for signature in signatures {
                let count = signature.floatCount(rows: rows, bindings) ?? .max
                total = count > maximumFloats ? count : total + count
                if total > maximumFloats { throw .tooLarge(floats: total, limit: maximumFloats) }
            }
        }
        return total
    }

    /// Refuses numbers that pick no row of the model's table or that the type of the input does not have: nobody could
    /// tell from the answer what was wrong. What preprocessing makes may lie between whole numbers, as pixels do.
    private static func check(
        _ storage: AlignedStorage, _ signature: TensorSignature, rows: Int, _ bindings: [String: Int],
        _ version: ModelVersion, picksOf tableRows: Int?
    ) throws(ServingError) {
        let range = version.imagePreprocessing ?? version.preprocessing == nil ? signature.dtype.wholeRange : nil
        guard tableRows != nil || range != nil else { return }
        let size = signature.floatCount(rows: 1, bindings) ?? 0
        for index in 0..<(rows * size) {
            let number = unsafe storage.floats[index]
            var expected: String?
            if let range, !range.contains(number) || number != number.rounded(.towardZero) {
                expected = "whole numbers of \(signature.dtype)"
            } else if let tableRows, Gather.row(number, of: tableRows) == nil {
                expected = "numbers of 0 to \(tableRows - 1), for the model's table has \(tableRows) rows"
            }
            guard let expected else { continue }
            throw .element(
                input: signature.name, row: index / size, element: index % size, expected: expected, found: number)
        }
    }

    /// Why the request should not be computed any more; nil while somebody waits for it.
    func refusal(at now: UInt64) -> ServingError? {
        if isCancelled() { return .cancelled }
        if let deadline, now >= deadline { return .deadlineExceeded }
        return nil
    }
}
