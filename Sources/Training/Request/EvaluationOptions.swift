package import JSON

/// What a report shows beyond the standard figures, in train and evaluate requests.
package struct EvaluationOptions: Sendable, Equatable {
    /// The k of top-k accuracy.
    package var topK = 5
    /// Columns of the dataset whose values divide the rows into slices.
    package var slices: [String] = []

    package init(topK: Int = 5, slices: [String] = []) {
        self.topK = topK
        self.slices = slices
    }

    /// Reads `{"top_k": 3, "slices": ["region"]}`.
    package init(json: JSONValue, path: String = "evaluation") throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        try self.init(&fields)
        try fields.finish()
    }

    /// Reads its members of a larger object.
    init(_ fields: inout JSONFields) throws(FieldError) {
        topK = try fields.integer("top_k", in: 1...100_000) ?? topK
        slices = try fields.strings("slices") ?? slices
    }

    /// The declaration; nil when it says nothing of its own.
    package var json: JSONValue? {
        guard self != EvaluationOptions() else { return nil }
        return ["top_k": .integer(topK), "slices": JSONValue(slices)]
    }
}
