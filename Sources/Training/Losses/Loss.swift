/// What training makes small, of outputs [rows, columns] and targets [rows] or [rows, columns].
///
/// The loss of a batch is the mean over its rows; of a row with several columns the mean over them, but for
/// cross-entropy, which is one number a row.
package struct Loss: Sendable, Equatable {
    /// The losses by name.
    package enum Kind: String, Sendable, CaseIterable {
        /// -Σ t · log softmax(x). Targets are class indices [rows] or probabilities [rows, columns].
        case crossEntropy = "cross_entropy"
        /// -t · log σ(x) - (1 - t) · log(1 - σ(x)). Targets are 0 or 1, or between, for every column.
        case binaryCrossEntropy = "binary_cross_entropy"
        /// (x - t)².
        case meanSquaredError = "mse"
        /// |x - t|.
        case meanAbsoluteError = "mae"
        /// (x - t)² / 2 up to a distance of delta, delta · (|x - t| - delta / 2) beyond (Huber 1964).
        case huber
    }

    package var kind: Kind
    /// Whether the outputs are logits; otherwise they are probabilities, after the model's own softmax or sigmoid.
    package var isFromLogits: Bool
    /// What cross-entropies move from the target to all classes alike.
    package var labelSmoothing: Float
    /// The weight of every class, [classes]; nil for 1 each. A row's loss is Σ over its classes of weight · target ·
    /// -log p, and the mean over rows divides by the number of rows, as Keras has it: weights change the scale.
    package var classWeights: [Float]?
    /// Where Huber's loss becomes linear.
    package var delta: Float

    package init(
        _ kind: Kind, isFromLogits: Bool = true, labelSmoothing: Float = 0, classWeights: [Float]? = nil,
        delta: Float = 1
    ) {
        self.kind = kind
        self.isFromLogits = isFromLogits
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.delta = delta
    }

    /// Computes the losses of rows, and the gradient of the batch's mean.
    /// - Parameters:
    ///   - outputs: [rows, columns].
    ///   - targets: [rows, targetColumns]: class indices as floats with one column, else a value for every output.
    ///   - rows: at least 0.
    ///   - columns: at least 1.
    ///   - targetColumns: 1 or `columns`.
    ///   - batch: rows that the mean is over, when these are only a part of them; nil for `rows`.
    ///   - gradient: [rows, columns], receives d(mean over the batch) / d(outputs); nil when it is not wanted.
    /// - Returns: the sum of the rows' losses, weighted as the classes are.
    package func evaluate(
        outputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, targetColumns: Int,
        batch: Int? = nil, gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        precondition(rows >= 0 && columns >= 1, "sizes must not be negative")
        precondition(targetColumns == 1 || targetColumns == columns, "targets must fit the outputs")
        precondition(classWeights.map { $0.count >= columns } ?? true, "a weight for every class")
        let scale = 1 / Float(max(batch ?? rows, 1))
        var sum = 0.0
        for row in 0..<rows {
            let gradientRow = unsafe gradient.map { unsafe $0 + row * columns }
            let part = unsafe LossRow(
                outputs: outputs + row * columns, targets: targets + row * targetColumns, columns: columns,
                isIndex: targetColumns == 1 && columns > 1, scale: scale, gradient: gradientRow)
            sum += evaluate(part)
        }
        return sum
    }

    private func evaluate(_ row: LossRow) -> Double {
        switch kind {
        case .crossEntropy: isFromLogits ? row.softmaxCrossEntropy(self) : row.crossEntropy(self)
        case .binaryCrossEntropy: isFromLogits ? row.sigmoidCrossEntropy(self) : row.binaryCrossEntropy(self)
        case .meanSquaredError: row.squaredError()
        case .meanAbsoluteError: row.absoluteError()
        case .huber: row.huber(delta: delta)
        }
    }
}
