package import JSON

/// Why a version cannot be evaluated on a dataset.
package enum EvaluationError: Error, Equatable {
    /// A field of the request that does not fit the data.
    case field(FieldError)
    case data(DatasetError)
    /// The model's outputs are not predictions of the dataset's target.
    case outputs(expected: String, found: String)
    /// The model computes no answer.
    case model(String)
}

extension EvaluationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .field(let error): error.description
        case .data(let error): error.description
        case .outputs(let expected, let found): "the model's outputs: expected \(expected), found \(found)"
        case .model(let reason): reason
        }
    }
}
