package import JSON

/// The body of `POST /v1/models/<m>/evaluate`.
///
///     {"dataset": "digits", "split": "test", "compare_with": 2, "slices": ["writer"]}
package struct EvaluationRequest: Sendable, Equatable {
    /// The name of the dataset.
    package var dataset: String
    /// The rows to evaluate; nil for the test rows, or the validation rows when there are none.
    package var split: Split?
    /// The name of the model's output to look at; nil for the first.
    package var output: String?
    /// A version of the same model that predicts the same rows; nil for no comparison.
    package var compareWith: Int?
    /// The target and the splits: `DataOptions` reads it, as of a train request.
    package var data: JSONValue?
    package var options: EvaluationOptions

    package init(json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        dataset = try fields.required("dataset", fields.string("dataset"))
        guard !dataset.isEmpty else { throw fields.error("dataset", "the name of a dataset", .string(dataset)) }
        split = try fields.choice("split", of: Split.self)
        output = try fields.string("output")
        compareWith = try fields.integer("compare_with", in: 1...Int.max)
        data = try DataMembers.read(&fields)
        options = try EvaluationOptions(&fields)
        try fields.finish()
    }
}
