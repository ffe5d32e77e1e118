package import Graphs
package import JSON
package import ModelFormats

/// Why a training cannot start or go on.
package enum TrainingError: Error {
    /// A field of the request that does not fit the data or the model.
    case field(FieldError)
    case data(DatasetError)
    /// The model cannot be trained: an operator without a gradient, say.
    case graph(GraphError)
    case model(ModelFormatError)
    /// The loss or a gradient is no number any more. Steps count from 1.
    case diverged(epoch: Int, step: Int, what: String)
    /// A checkpoint that cannot be written; a full disk, for instance.
    case checkpoint(reason: String)
    /// The figures of the evaluation cannot be computed.
    case evaluation(reason: String)
}

extension TrainingError {
    /// What a step of several kinds threw.
    /// - Parameter error: One of the errors that this has a case for.
    init(_ error: any Error) {
        switch error {
        case let error as TrainingError: self = error
        case let error as FieldError: self = .field(error)
        case DatasetError.field(let error): self = .field(error)
        case let error as DatasetError: self = .data(error)
        case let error as GraphError: self = .graph(error)
        case let error as ModelFormatError: self = .model(error)
        default: preconditionFailure("no step of a training throws \(error)")
        }
    }
}

extension TrainingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .field(let error): "\(error)"
        case .data(let error): "\(error)"
        case .graph(let error): "the model cannot be trained: \(error)"
        case .model(let error): "the model cannot be read or written: \(error)"
        case .diverged(let epoch, let step, let what):
            "epoch \(epoch), step \(step): \(what) is not a finite number any more; a smaller learning rate or gradient "
                + "clipping may help"
        case .checkpoint(let reason): "the checkpoint cannot be written: \(reason)"
        case .evaluation(let reason): "the evaluation failed: \(reason)"
        }
    }

    /// A stable name of the kind, for programs.
    package var code: String {
        switch self {
        case .field: "invalid_field"
        case .data: "bad_data"
        case .graph: "untrainable_model"
        case .model: "bad_model"
        case .diverged: "diverged"
        case .checkpoint: "checkpoint_failed"
        case .evaluation: "evaluation_failed"
        }
    }
}
