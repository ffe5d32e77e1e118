import Tensors

/// How an input of a recurrent operator says which steps of a row count.
enum ActiveSteps: Sendable {
    /// [batch]: so many, from the first on.
    case lengths
    /// [batch, steps]: those that are not 0, as Keras masks them.
    case mask

    /// What an input of this type is.
    init(_ type: ValueType) { self = type.rank == 1 ? .lengths : .mask }

    /// Whether a step of a row counts, from the elements of the input.
    @inline(__always)
    func contains(_ step: Int, row: Int, steps: Int, _ elements: UnsafePointer<Float>) -> Bool {
        switch self {
        case .lengths: unsafe step < SequenceLength.steps(elements[row], of: steps)
        case .mask: unsafe elements[row * steps + step] != 0
        }
    }

    /// The next run of neighbouring steps of a row that count, in the order in which they are walked.
    /// - Parameters:
    ///   - limits: The steps that are left.
    ///   - isReversed: Whether the last step is walked first.
    ///   - row: The row.
    ///   - steps: Steps of a row.
    ///   - elements: Of the input.
    /// - Returns: The run; nil when no step that is left counts.
    func run(
        in limits: Range<Int>, isReversed: Bool, row: Int, steps: Int, _ elements: UnsafePointer<Float>
    ) -> Range<Int>? {
        var (first, end) = (limits.lowerBound, limits.upperBound)
        guard isReversed else {
            while first < end, unsafe !contains(first, row: row, steps: steps, elements) { first += 1 }
            guard first < end else { return nil }
            end = first + 1
            while end < limits.upperBound, unsafe contains(end, row: row, steps: steps, elements) { end += 1 }
            return first..<end
        }
        while first < end, unsafe !contains(end - 1, row: row, steps: steps, elements) { end -= 1 }
        guard first < end else { return nil }
        first = end - 1
        while first > limits.lowerBound, unsafe contains(first - 1, row: row, steps: steps, elements) { first -= 1 }
        return first..<end
    }

    /// The steps of a row that count, in rising order: the naive twin.
    static func list(_ tensor: Tensor?, row: Int, steps: Int) -> [Int] {
        guard let tensor else { return Array(0..<steps) }
        let elements = tensor.convertedToFloat32().floats
        guard tensor.shape.rank == 1 else { return (0..<steps).filter { elements[row * steps + $0] != 0 } }
        return Array(0..<SequenceLength.steps(elements[row], of: steps))
    }
}
