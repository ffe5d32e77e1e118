import Glibc

/// What a classifier said about rows whose class is known, row after row: the raw material of reports.
package struct ClassPredictions: Sendable, Equatable {
    /// The classes' names, in the model's order; at least two.
    package let classes: [String]
    /// The class of every row, as an index.
    package private(set) var targets: [Int] = []
    /// [rows, classes]
    package private(set) var probabilities: [Float] = []

    package init(classes: [String]) {
        precondition(classes.count >= 2, "a classifier knows two classes at least")
        self.classes = classes
    }

    /// Rows so far.
    package var rows: Int { targets.count }

    /// Takes a batch of a model's outputs.
    /// - Parameters:
    ///   - outputs: [rows, columns]; one column is the probability of the second of two classes.
    ///   - targets: [rows, targetColumns]: class indices with one column, else the largest is the class.
    ///   - rows: of the batch.
    ///   - columns: 1, or the number of classes.
    ///   - targetColumns: 1, or the number of classes.
    ///   - isFromLogits: whether softmax (of one column: sigmoid) is still to be taken.
    package mutating func append(
        outputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, targetColumns: Int,
        isFromLogits: Bool
    ) {
        precondition(columns == classes.count || (columns == 1 && classes.count == 2), "an output for every class")
        for row in 0..<rows {
            let target = unsafe UnsafeBufferPointer(start: targets + row * targetColumns, count: targetColumns)
            let output = unsafe UnsafeBufferPointer(start: outputs + row * columns, count: columns)
            let index = unsafe targetColumns == 1 ? Int(exactly: target[0].rounded()) : Self.largest(target)
            guard let index, classes.indices.contains(index) else { preconditionFailure("a class that is known") }
            self.targets.append(index)
            if columns == 1 {
                let positive = unsafe isFromLogits ? 1 / (1 + exp(-output[0])) : output[0]
                probabilities += [1 - positive, positive]
            } else if isFromLogits {
                unsafe probabilities += Self.softmax(output)
            } else {
                unsafe probabilities += output
            }
        }
    }

    /// Takes one row: its class and the probability of every class.
    package mutating func append(target: Int, probabilities: [Float]) {
        precondition(probabilities.count == classes.count && classes.indices.contains(target), "a row of the classes")
        targets.append(target)
        self.probabilities += probabilities
    }

    /// The same of some rows only.
    package func selecting(_ rows: [Int]) -> ClassPredictions {
        var selected = ClassPredictions(classes: classes)
        for row in rows { selected.append(target: targets[row], probabilities: Array(probabilities(row))) }
        return selected
    }

    /// The probabilities of a row.
    package func probabilities(_ row: Int) -> ArraySlice<Float> {
        probabilities[row * classes.count..<(row + 1) * classes.count]
    }

    /// The most probable class of a row; the first of equals.
    package func prediction(_ row: Int) -> Int { Self.largest(probabilities(row)) }

    private static func largest(_ values: some Collection<Float>) -> Int {
        var (best, index) = (-Float.infinity, 0)
        for (position, value) in values.enumerated() where value > best { (best, index) = (value, position) }
        return index
    }

    private static func softmax(_ logits: UnsafeBufferPointer<Float>) -> [Float] {
        let largest = unsafe logits.reduce(-Float.infinity) { max($0, $1) }
        let exponentials = unsafe logits.map { exp(Double($0 - largest)) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { Float($0 / sum) }
    }
}
