/// What a regression said about rows whose values are known, row after row.
package struct ValuePredictions: Sendable, Equatable {
    /// The names of the values of a row; at least one.
    package let columns: [String]
    /// [rows, columns]
    package private(set) var targets: [Float] = []
    /// [rows, columns]
    package private(set) var predictions: [Float] = []

    package init(columns: [String]) {
        precondition(!columns.isEmpty, "a regression has a value to find")
        self.columns = columns
    }

    /// Rows so far.
    package var rows: Int { targets.count / columns.count }

    /// Takes a batch of a model's outputs.
    /// - Parameters:
    ///   - outputs: [rows, columns]
    ///   - targets: [rows, columns]
    ///   - rows: of the batch.
    package mutating func append(outputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int) {
        let count = rows * columns.count
        unsafe predictions += UnsafeBufferPointer(start: outputs, count: count)
        unsafe self.targets += UnsafeBufferPointer(start: targets, count: count)
    }

    /// The same of some rows only.
    package func selecting(_ rows: [Int]) -> ValuePredictions {
        var selected = ValuePredictions(columns: columns)
        for row in rows {
            let range = row * columns.count..<(row + 1) * columns.count
            selected.targets += targets[range]
            selected.predictions += predictions[range]
        }
        return selected
    }

    /// The squared error of a row, the mean over its columns.
    package func squaredError(_ row: Int) -> Double {
        (0..<columns.count).reduce(0) { sum, column in
            let error = error(row, column)
            return sum + error * error
        } / Double(columns.count)
    }

    /// How far a prediction is above its target.
    package func error(_ row: Int, _ column: Int) -> Double {
        let index = row * columns.count + column
        return Double(predictions[index]) - Double(targets[index])
    }
}
