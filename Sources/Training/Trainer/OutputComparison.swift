import JSON

/// How a model's outputs are compared with the targets of a dataset: as one class or some values of a row, or class by
/// class where every step, pixel or label of a row has one of its own.
package struct OutputComparison: Sendable, Equatable {
    /// Comparisons in a row.
    package let positions: Int
    /// Outputs of a comparison.
    package let columns: Int
    /// Targets of a comparison: 1 for the index of a class, else `columns`.
    package let targetColumns: Int
    /// The names of the classes; nil when the targets are values.
    package let classes: [String]?

    /// What is known of the model and of what is asked for.
    struct Model {
        /// The sizes of a row of its output.
        let output: [Int]
        /// The operator that makes the output of logits: "Softmax" or "Sigmoid"; nil for another end.
        let activation: String?
        /// The loss that a request names.
        let loss: Loss.Kind?
        /// What the target is, as a request says.
        let task: DataOptions.Task?

        /// Numbers of a row.
        var total: Int { output.reduce(1, *) }
        /// Classes, where every position has one of its own.
        var last: Int { output.last ?? 1 }

        /// Whether outputs that are as many as the targets are the probabilities of classes.
        var isClassifier: Bool {
            switch loss {
            case .crossEntropy: true
            case nil: task != .regression && output.count > 1 && ["Softmax", "LogSoftmax"].contains(activation)
            default: false
            }
        }

        /// Whether each of them is one of two classes, if the targets are.
        var isBinary: Bool {
            switch loss {
            case .binaryCrossEntropy: true
            case nil: task != .regression && total > 1 && activation == "Sigmoid"
            default: false
            }
        }
    }

    /// - Parameters:
    ///   - model: The model's output and what is asked for.
    ///   - data: What it is compared with.
    /// - Throws: `.field` when they do not fit, `.row` for a target that is no class of the model.
    init(_ model: Model, _ data: TrainingData) throws(DatasetError) {
        let (total, last) = (model.total, model.last)
        switch data.target {
        case .classes(let names) where total == names.count || (total == 1 && names.count == 2):
            self.init(1, columns: total, targets: 1, classes: names)
        case .binary where total == 1 || total == 2:
            self.init(1, columns: total, targets: 1, classes: data.classNames ?? ["0", "1"])
        case .values(let names) where total == names.count:
            if let loss = model.loss, [.crossEntropy, .binaryCrossEntropy].contains(loss) {
                try data.checkProbabilities()
            }
            if model.isClassifier, last > 1 {
                self.init(
                    total / last, columns: last, targets: last,
                    classes: model.output.count == 1 ? names : Self.numbers(last))
            } else if model.isBinary, try data.haveTargets(below: 2) {
                self.init(total, columns: 1, targets: 1, classes: Self.numbers(2))
            } else {
                self.init(1, columns: total, targets: total, classes: nil)
            }
        case .values(let names)
        where model.output.count > 1 && last > 1 && total == names.count * last
            && (model.loss == nil || model.loss == .crossEntropy):
            try data.checkTargets(below: last)
            self.init(names.count, columns: last, targets: 1, classes: Self.numbers(last))
        default:
            throw .field(
                FieldError(
                    path: "dataset",
                    expected: "a target for the model's \(total) output\(total == 1 ? "" : "s")",
                    found: data.classNames.map { "\($0.count) classes" } ?? "\(data.targetWidth) values"))
        }
    }

    private init(_ positions: Int, columns: Int, targets: Int, classes: [String]?) {
        (self.positions, self.columns, targetColumns, self.classes) = (positions, columns, targets, classes)
    }

    /// Names of classes that are nothing but numbers.
    private static func numbers(_ count: Int) -> [String] { (0..<count).map(String.init) }

    /// Training samples, or positions of them, of each class; none for values.
    func classCounts(_ data: TrainingData) throws(DatasetError) -> [Int] {
        guard let classes else { return [] }
        if let counts = data.classCounts { return counts }
        var counts = [Int](repeating: 0, count: classes.count)
        try data.forEachTarget(of: .train) { _, targets in
            for start in stride(from: 0, to: targets.count, by: targetColumns) {
                let part = targets[start..<start + targetColumns]
                let largest = part.indices.max { part[$0] < part[$1] } ?? start
                counts[targetColumns == 1 ? Int(part[start]) : largest - start] += 1
            }
        }
        return counts
    }

    /// Slices of rows as slices of what is compared.
    func slices(_ slices: [EvaluationSlice]) -> [EvaluationSlice] {
        guard positions > 1 else { return slices }
        return slices.map { slice in
            EvaluationSlice(
                slice.name, rows: slice.rows.flatMap { $0 * positions..<($0 + 1) * positions })
        }
    }
}

extension TrainingData {
    /// Whether all targets are whole numbers from 0 to below `count`.
    fileprivate func haveTargets(below count: Int) throws(DatasetError) -> Bool {
        do throws(DatasetError) {
            try checkTargets(below: count)
            return true
        } catch .row {
            return false
        }
    }

    /// Finds the first target that is no whole number from 0 to below `count`.
    fileprivate func checkTargets(below count: Int) throws(DatasetError) {
        try checkTargets(expecting: "a class from 0 to \(count - 1)") { value in
            Int(exactly: value).map { (0..<count).contains($0) } ?? false
        }
    }

    /// Finds the first target that is no probability.
    fileprivate func checkProbabilities() throws(DatasetError) {
        try checkTargets(expecting: "a probability, for this loss") { (0...1).contains($0) }
    }

    /// Finds the first target that is not as expected.
    private func checkTargets(
        expecting expected: String, isExpected: (Float) -> Bool
    ) throws(DatasetError) {
        guard case .values(let names) = target else { return }
        for split in Split.allCases {
            try forEachTarget(of: split) { row, targets throws(DatasetError) in
                for (column, value) in targets.enumerated() where !isExpected(value) {
                    throw .row(split, row, field: names[column], expected: expected, found: "\(value)")
                }
            }
        }
    }
}
