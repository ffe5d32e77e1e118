/// Why a JSON value is not the tensor a model wants. `path` names the place in the request: `instances[3][27]`.
package enum TensorJSONError: Error, Equatable, Sendable {
    /// The bytes are not JSON.
    case syntax(path: String, JSONError)
    /// JSON, but not what the shape asks for.
    case unexpected(path: String, expected: String, found: String)
    /// A free dimension differs from what the first row had.
    case differentSize(path: String, dimension: Int, size: Int, firstPath: String, firstSize: Int)
    /// A word such as NaN or -Infinity where a number belongs.
    case notFinite(path: String, token: String)
    /// A number beyond the range of binary32.
    case outOfRange(path: String, number: String)
    /// More rows than `TensorLimits.maximumRows`.
    case tooManyRows(path: String, limit: Int)
    /// More numbers than `TensorLimits.maximumElements`.
    case tooManyElements(path: String, limit: Int)
}

extension TensorJSONError: CustomStringConvertible {
    /// One sentence for the client: the place, what was expected, what came.
    package var description: String {
        switch self {
        case .syntax(let path, let error):
            "\(path): \(error)"
        case .unexpected(let path, let expected, let found):
            "\(path): expected \(expected), got \(found)"
        case .differentSize(let path, let dimension, let size, let firstPath, let firstSize):
            "\(path) has size \(size) in dimension \(dimension), \(firstPath) had \(firstSize); "
                + "every instance of a request must have the same shape"
        case .notFinite(let path, let token):
            "\(path): \(token) is not a JSON number; expected a finite number"
        case .outOfRange(let path, let number):
            "\(path): \(number) does not fit in float32"
        case .tooManyRows(let path, let limit):
            "\(path): expected at most \(limit) rows, got more"
        case .tooManyElements(let path, let limit):
            "\(path): expected at most \(limit) numbers, got more"
        }
    }
}
