import Glibc

/// One row of outputs and what it should be: where each loss is computed.
@safe
struct LossRow {
    /// [columns]
    let outputs: UnsafePointer<Float>
    /// [columns], or the index of a class.
    let targets: UnsafePointer<Float>
    let columns: Int
    /// Whether the only target is the index of a class.
    let isIndex: Bool
    /// What the row's gradient is multiplied by: 1 over the rows of the batch.
    let scale: Float
    /// [columns], or nil.
    let gradient: UnsafeMutablePointer<Float>?

    /// Smallest probability that is taken the logarithm of, Keras's epsilon.
    static let smallestProbability: Float = 1e-7

    func output(_ column: Int) -> Float { unsafe outputs[column] }

    /// The target of a column; of an index, 1 at its place.
    func target(_ column: Int) -> Float {
        if isIndex { return unsafe targets[0] == Float(column) ? 1 : 0 }
        return unsafe targets[column]
    }

    /// The class, if the target is the index of one.
    var index: Int? {
        guard isIndex, let index = unsafe Int(exactly: targets[0]), index >= 0, index < columns else { return nil }
        return index
    }

    func setGradient(_ column: Int, _ value: Float) { unsafe gradient?[column] = value }

    /// Σ over the columns of a loss and its derivative, over the number of columns.
    func mean(_ body: (_ output: Float, _ target: Float) -> (loss: Float, derivative: Float)) -> Double {
        let share = scale / Float(columns)
        var sum = 0.0
        for column in 0..<columns {
            let (loss, derivative) = body(output(column), target(column))
            sum += Double(loss)
            setGradient(column, derivative * share)
        }
        return sum / Double(columns)
    }

    func squaredError() -> Double {
        mean { output, target in
            let difference = output - target
            return (difference * difference, 2 * difference)
        }
    }

    func absoluteError() -> Double {
        mean { output, target in
            let difference = output - target
            return (abs(difference), difference > 0 ? 1 : difference < 0 ? -1 : difference)
        }
    }

    func huber(delta: Float) -> Double {
        mean { output, target in
            let difference = output - target
            let distance = abs(difference)
            guard distance > delta else { return (0.5 * difference * difference, difference) }
            return (delta * (distance - 0.5 * delta), difference > 0 ? delta : difference < 0 ? -delta : difference)
        }
    }
}
