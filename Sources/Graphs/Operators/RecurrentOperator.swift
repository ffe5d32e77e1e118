import Tensors

/// A recurrent layer with fixed weights, as passes and plans see it: input 0 is the sequence, output 0 all hidden
/// states, output 1 the last ones.
protocol RecurrentOperator: InternalOperator {
    var layout: RecurrentLayout { get set }
    var directions: [RecurrentDirection] { get }
    /// Which input says what steps of each row count, as `ActiveSteps` has it; the others are padding.
    static var lengthsInput: Int { get }
    /// Where each of ONNX's outputs has the batch and where a batch first one has it: the permutations from there.
    static var outputPermutations: [[Int]] { get }
}

/// Which dimension of a sequence comes first: time [steps, batch, …], as ONNX has it, or the batch.
enum RecurrentLayout: Sendable { case timeFirst, batchFirst }

/// Where rows, steps and directions of a recurrent layer lie, in elements, for a batch of `rows` sequences of `steps`
/// steps.
struct RecurrentStrides: Sendable {
    var inputRow, inputStep, outputRow, outputStep, outputDirection, stateRow, stateDirection: Int

    init(layout: RecurrentLayout, rows: Int, steps: Int, inputs: Int, hidden: Int, directions: Int) {
        switch layout {
        case .timeFirst:
            (inputRow, inputStep) = (inputs, rows * inputs)
            (outputRow, outputDirection, outputStep) = (hidden, rows * hidden, directions * rows * hidden)
            (stateRow, stateDirection) = (hidden, rows * hidden)
        case .batchFirst:
            (inputRow, inputStep) = (steps * inputs, inputs)
            (outputRow, outputDirection, outputStep) = (steps * directions * hidden, hidden, directions * hidden)
            (stateRow, stateDirection) = (directions * hidden, hidden)
        }
    }

    /// Where a hidden state begins among all.
    func output(row: Int, step: Int, direction: Int) -> Int {
        row * outputRow + step * outputStep + direction * outputDirection
    }

    /// Lets each hidden state of a row whose step is not `active` be the one of the step before it, in the order in
    /// which the steps are walked: the naive twin.
    func fillGaps(
        _ y: inout [Float], active: [Int], row: Int, direction: Int, isReversed: Bool, width: Int, steps: Int
    ) {
        var last: Int?
        for step in isReversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
            let place = output(row: row, step: step, direction: direction)
            if !active.contains(step), let last {
                y.replaceSubrange(place..<(place + width), with: Array(y[last..<(last + width)]))
            }
            if active.contains(step) || last != nil { last = place }
        }
    }
}

/// How many steps of a sequence count.
enum SequenceLength {
    /// A length as plans have it, limited to 0...steps and rounded up; NaN counts as none.
    static func steps(_ length: Float, of steps: Int) -> Int {
        length >= Float(steps) ? steps : length > 0 ? Int(length.rounded(.up)) : 0
    }

    /// Throws unless an input is [batch] of float32 or integers, or if `allowsMask` a float32 mask [batch, steps].
    static func check(_ inputs: InferenceInputs, _ index: Int, allowsMask: Bool = false) throws(GraphError) {
        guard inputs.has(index) else { return }
        let type = try inputs.type(index)
        if allowsMask, type.rank == 2, type.dtype == .float32 { return }
        guard type.rank == 1, type.dtype == .float32 || type.dtype.isInteger else {
            throw .input(index, expected: "numbers of steps", found: "\(type)")
        }
    }

    /// Whether the input of lengths of an ONNX operator, which may be a mask, is there and says more than that all steps
    /// of X count.
    static func matters(_ inputs: InferenceInputs, _ index: Int, steps: Dimension) throws(GraphError) -> Bool {
        guard inputs.has(index) else { return false }
        try check(inputs, index, allowsMask: true)
        if let mask = inputs.constant(index), mask.shape.rank == 2 { return !mask.floats.allSatisfy { $0 != 0 } }
        guard let lengths = inputs.constant(index) else { return true }
        guard let steps = steps.fixedValue, lengths.convertedToFloat32().floats.allSatisfy({ $0 >= Float(steps) })
        else {
            throw .input(index, expected: "lengths computed from the request, or all steps", found: "constant ones")
        }
        return false
    }
}
