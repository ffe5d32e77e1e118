import JSON
import Serving

extension APIError {
    /// What went wrong while a JSON body was read.
    init(reading error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as TensorJSONError: self = .tensor(error)
        case let error as JSONError: self = .tensor(.syntax(path: "body", error))
        case let error as FieldError: self = .field(error)
        case let error as ServingError: self = .serving(error)
        default: preconditionFailure("reading a body throws no other errors")
        }
    }
}
