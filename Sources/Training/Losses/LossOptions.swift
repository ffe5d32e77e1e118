package import JSON

/// The declaration of a loss in a train request; what is left out follows from the data and the model.
package struct LossOptions: Sendable, Equatable {
    /// nil: cross-entropy for classes (binary for a single output), mean squared error for values.
    package var kind: Loss.Kind?
    /// nil: by the model's last operator.
    package var isFromLogits: Bool?
    package var labelSmoothing = 0.0
    package var delta = 1.0
    package var classWeights: ClassWeights?

    package init(
        kind: Loss.Kind? = nil, isFromLogits: Bool? = nil, labelSmoothing: Double = 0, delta: Double = 1,
        classWeights: ClassWeights? = nil
    ) {
        self.kind = kind
        self.isFromLogits = isFromLogits
        self.labelSmoothing = labelSmoothing
        self.delta = delta
        self.classWeights = classWeights
    }

    /// Reads `"mse"` or `{"name": "cross_entropy", "label_smoothing": 0.1, "class_weights": "balanced"}`.
    package init(json: JSONValue, path: String = "loss") throws(FieldError) {
        self = try NamedDeclaration.read(json, path: path) { fields throws(FieldError) in try LossOptions(&fields) }
    }

    private init(_ fields: inout JSONFields) throws(FieldError) {
        kind = try fields.choice("name", of: Loss.Kind.self)
        let entropies: Bool
        switch kind {
        case nil, .crossEntropy, .binaryCrossEntropy: entropies = true
        default: entropies = false
        }
        if entropies {
            isFromLogits = try fields.bool("from_logits")
            labelSmoothing = try fields.number("label_smoothing", in: 0...0.999) ?? 0
            if let weights = fields.value("class_weights") {
                classWeights = try ClassWeights(json: weights, path: fields.path(of: "class_weights"))
            }
        }
        if kind == .huber { delta = try fields.number("delta", in: 1e-6...1e6) ?? 1 }
    }

    /// The declaration; nil when it says nothing.
    package var json: JSONValue? {
        let members: [(String, JSONValue?)] = [
            ("name", kind.map { .string($0.rawValue) }), ("from_logits", isFromLogits.map { .bool($0) }),
            ("label_smoothing", labelSmoothing == 0 ? nil : .number(labelSmoothing)),
            ("delta", kind == .huber ? .number(delta) : nil), ("class_weights", classWeights?.json),
        ]
        guard members.contains(where: { $0.1 != nil }) else { return nil }
        return JSONValue(members: members)
    }

    /// The loss for a model and its data.
    /// - Parameters:
    ///   - classes: the classes of the target, in the model's order; nil for values.
    ///   - counts: training rows of each class.
    ///   - columns: outputs of a row.
    ///   - isFromLogits: whether the outputs that the loss sees come before any softmax or sigmoid, unless the
    ///     declaration says so itself.
    /// - Returns: the declared loss, or the task's usual one.
    /// - Throws: when the declaration does not fit them.
    package func loss(
        classes: [String]?, counts: [Int] = [], columns: Int, isFromLogits: Bool
    ) throws(FieldError) -> Loss {
        let standard: Loss.Kind =
            classes == nil ? .meanSquaredError : columns == 1 ? .binaryCrossEntropy : .crossEntropy
        let kind = self.kind ?? standard
        if kind == .crossEntropy, columns == 1 {
            throw FieldError(
                path: "loss", expected: "\"binary_cross_entropy\" for a model with one output",
                found: "\"cross_entropy\"")
        }
        var weights: [Float]?
        if let classWeights {
            guard let classes else {
                throw FieldError(path: "class_weights", expected: "none for values", found: "weights")
            }
            guard kind == .crossEntropy || (columns == 1 && classes.count == 2) else {
                throw FieldError(
                    path: "class_weights", expected: "none with \"\(kind.rawValue)\" and \(columns) outputs",
                    found: "weights")
            }
            weights = try classWeights.weights(classes: classes, counts: counts)
        }
        return Loss(
            kind, isFromLogits: self.isFromLogits ?? isFromLogits, labelSmoothing: Float(labelSmoothing),
            classWeights: weights, delta: Float(delta))
    }
}
