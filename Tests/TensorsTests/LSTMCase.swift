import Glibc
import Tensors

/// One layer with seeded weights and a batch of inputs, run by a level's kernels or by the naive twin.
struct LSTMCase {
    var inputSize: Int
    var hiddenSize: Int
    var steps: Int
    var rows: Int
    var naive: Naive.LSTM
    /// [rows, steps, inputSize]
    var input: [Float]
    var isReversed = false

    init(inputSize: Int, hiddenSize: Int, steps: Int, rows: Int, inputScale: Float = 1) {
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        self.steps = steps
        self.rows = rows
        var state = UInt64(inputSize * 1_000_003 + hiddenSize * 1009 + 17)
        // Knuth's MMIX generator; the upper bits are good enough for weights.
        func next(_ scale: Float) -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Float(state >> 40) / Float(1 << 23) - 1) * scale
        }
        func floats(_ count: Int, _ scale: Float) -> [Float] { (0..<count).map { _ in next(scale) } }
        naive = Naive.LSTM(
            inputSize: inputSize, hiddenSize: hiddenSize,
            inputWeights: floats(4 * hiddenSize * inputSize, 0.5),
            recurrentWeights: floats(4 * hiddenSize * hiddenSize, 0.3),
            bias: floats(4 * hiddenSize, 0.5))
        input = floats(rows * steps * inputSize, inputScale)
    }

    /// Everything a run can write.
    struct Result: Equatable {
        /// [rows, steps, hiddenSize]
        var output: [Float]
        /// [rows, hiddenSize] each.
        var hidden: [Float]
        var cell: [Float]
    }

    func packed(_ kernels: Kernels) -> PackedLSTM {
        PackedLSTM(
            inputSize: inputSize, hiddenSize: hiddenSize,
            weights: PackedLSTM.pack(
                inputSize: inputSize, hiddenSize: hiddenSize, inputWeights: naive.inputWeights,
                recurrentWeights: naive.recurrentWeights, bias: naive.bias, kernels: kernels),
            kernels: kernels)
    }

    /// The first `count` rows as one batch. The workspace is filled with NaN first: nothing may depend on its content.
    func run(
        _ kernels: Kernels, _ lstm: PackedLSTM, first: Int = 0, count: Int, hidden: [Float]? = nil,
        cell: [Float]? = nil
    ) -> Result {
        var result = Result(
            output: Array(repeating: .nan, count: count * steps * hiddenSize),
            hidden: Array(repeating: .nan, count: count * hiddenSize),
            cell: Array(repeating: .nan, count: count * hiddenSize))
        var workspace = [Float](repeating: .nan, count: kernels.lstmWorkspaceCount(lstm, rows: count) + 16)
        let guardAt = workspace.count - 16
        for i in 0..<16 { workspace[guardAt + i] = Float(i) }
        let size = steps * inputSize
        let rowsOfInput = Array(input[first * size..<(first + count) * size])
        // Time that runs backwards starts at the last step.
        let (last, sign) = isReversed ? (max(steps - 1, 0), -1) : (0, 1)
        // The final states may replace the initial ones in place.
        if let hidden, let cell { (result.hidden, result.cell) = (hidden, cell) }
        withPointers(rowsOfInput, &result, &workspace) { x, y, h, c, workspace in
            let batch = LSTMBatch(
                rows: count, steps: steps, input: x + last * inputSize, inputRowStride: steps * inputSize,
                inputStepStride: sign * inputSize, initialHidden: hidden == nil ? nil : UnsafePointer(h),
                initialCell: cell == nil ? nil : UnsafePointer(c), output: y + last * hiddenSize,
                outputRowStride: steps * hiddenSize, outputStepStride: sign * hiddenSize, finalHidden: h,
                finalCell: c, stateRowStride: hiddenSize)
            kernels.runLSTM(lstm, batch, workspace: workspace)
        }
        precondition(workspace[guardAt...].elementsEqual((0..<16).map(Float.init)), "wrote past the workspace")
        return result
    }

    private typealias Out = UnsafeMutablePointer<Float>

    private func withPointers(
        _ input: [Float], _ result: inout Result, _ workspace: inout [Float],
        _ body: (UnsafePointer<Float>, Out, Out, Out, Out) -> Void
    ) {
        // One float more than needed, so that an empty tensor has an address too.
        result.output.append(0)
        result.hidden.append(0)
        result.cell.append(0)
        (input + [0]).withUnsafeBufferPointer { x in
            result.output.withUnsafeMutableBufferPointer { y in
                result.hidden.withUnsafeMutableBufferPointer { h in
                    result.cell.withUnsafeMutableBufferPointer { c in
                        workspace.withUnsafeMutableBufferPointer { w in
                            guard let x = x.baseAddress, let y = y.baseAddress, let h = h.baseAddress,
                                let c = c.baseAddress, let w = w.baseAddress
                            else { return }
                            body(x, y, h, c, w)
                        }
                    }
                }
            }
        }
        result.output.removeLast()
        result.hidden.removeLast()
        result.cell.removeLast()
    }

    /// Row `row` by the naive twin, from the given states [rows, hiddenSize] or zeros.
    func expected(row: Int, hidden: [Float]? = nil, cell: [Float]? = nil) -> (
        output: [Double], hidden: [Double], cell: [Double]
    ) {
        let states = row * hiddenSize..<(row + 1) * hiddenSize
        var h = hidden.map { $0[states].map(Double.init) } ?? Array(repeating: 0, count: hiddenSize)
        var c = cell.map { $0[states].map(Double.init) } ?? Array(repeating: 0, count: hiddenSize)
        let size = steps * inputSize
        let output = naive.run(
            Array(input[row * size..<(row + 1) * size]), hidden: &h, cell: &c, isReversed: isReversed)
        return (output, h, c)
    }
}

/// The largest |a - b|; infinite when the counts differ or a NaN meets a number.
func largestDifference(_ a: some Sequence<Float>, _ b: [Double]) -> Double {
    let a = Array(a)
    guard a.count == b.count else { return .infinity }
    return zip(a, b).map { abs(Double($0) - $1) }.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
}

/// Whether both hold the same floats bit by bit.
func haveSameBits(_ a: [Float], _ b: [Float]) -> Bool {
    a.withUnsafeBytes { a in b.withUnsafeBytes { b in a.count == b.count && memcmpIsZero(a, b) } }
}

private func memcmpIsZero(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard let first = a.baseAddress, let second = b.baseAddress else { return true }
    return memcmp(first, second, a.count) == 0
}
