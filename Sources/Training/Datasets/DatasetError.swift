package import JSON
package import ModelFormats
package import Preprocessing

/// Why a dataset cannot be stored, found or used.
package enum DatasetError: Error, Equatable {
    /// A name that cannot be a dataset's.
    case invalidName(String)
    /// The name is taken.
    case exists(String)
    case notFound(String)
    /// A place in the data that was sent. Lines count from 1.
    case source(String, line: Int?, column: String?, expected: String, found: String)
    /// A row of a stored dataset; rows count from 0.
    case row(Split, Int, field: String, expected: String, found: String)
    /// A file of arrays or an archive that cannot be read.
    case format(ModelFormatError)
    /// What the request says about the data.
    case field(FieldError)
    /// The preprocessing that is declared, or a row that it refuses.
    case preprocessing(PreprocessingError)
    /// The system refuses an operation on a file; a full disk, for instance.
    case system(operation: String, file: String, code: Int32)
    /// The dataset's own files are not what was written.
    case damaged(name: String, reason: String)
}

extension DatasetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidName(let name):
            "the dataset name \(name.quoted): expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or "
                + "a digit"
        case .exists(let name): "the dataset \(name.quoted) exists already: delete it first, or take another name"
        case .notFound(let name): "there is no dataset \(name.quoted)"
        case .source(let source, let line, let column, let expected, let found):
            "\(source)\(line.map { ", line \($0)" } ?? "")\(column.map { ", column \($0.quoted)" } ?? ""): "
                + "expected \(expected), found \(found)"
        case .row(let split, let row, let field, let expected, let found):
            "\(split.rawValue) row \(row)\(field.isEmpty ? "" : ", \(field.quoted)"): "
                + "expected \(expected), found \(found)"
        case .format(let error): "\(error)"
        case .field(let error): "\(error)"
        case .preprocessing(let error): "\(error)"
        case .system(let operation, let file, let code):
            "\(operation) \(file.quoted): \(SystemError.text(code))"
        case .damaged(let name, let reason): "the dataset \(name.quoted) is damaged: \(reason)"
        }
    }
}
