package import Graphs
package import JSON

/// Why a file of a model or of tensors cannot be read.
///
/// Files are named by the last component of their path only, so that messages can be shown to clients.
package indirect enum ModelFormatError: Error, Equatable {
    /// A file cannot be opened or read.
    case unreadable(file: String, reason: String)
    /// A file or directory cannot be written.
    case unwritable(file: String, reason: String)
    /// Something is larger than what is read. Bytes.
    case tooLarge(part: String, byteCount: Int, limit: Int)
    /// A part of a file ends before what it announces. Bytes.
    case truncated(part: String, expected: Int, found: Int)
    /// A part of a file does not say what its format asks for.
    case malformed(part: String, expected: String, found: String)
    /// A part of a file is well-formed, but not something Apus reads.
    case unsupported(part: String, expected: String, found: String)
    /// A part of a file is not the JSON that its format asks for.
    case json(part: String, JSONError)
    /// A tensor whose description does not fit its data, or of a type that Apus does not hold.
    case tensor(String, expected: String, found: String)
    /// A node that does not fit the graph around it.
    case node(String, operator: String, expected: String, found: String)
    /// An operator refuses its attributes, or is not known.
    case graph(GraphError)
    /// A directory does not hold exactly one model file; `found` are the names of its model files.
    case modelFiles(directory: String, found: [String], supported: [String])
    /// A file that would have to be executed, or one of another program: what it is, and the line of Python that writes
    /// one Apus takes.
    case foreign(found: String, remedy: String)
    /// The error of one file.
    case file(String, ModelFormatError)
}

extension ModelFormatError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let file, let reason): "file \(file.quoted) cannot be read: \(reason)"
        case .unwritable(let file, let reason): "\(file.quoted) cannot be written: \(reason)"
        case .tooLarge(let part, let byteCount, let limit):
            "\(part): expected at most \(limit) bytes, found \(byteCount)"
        case .truncated(let part, let expected, let found): "\(part): expected \(expected) bytes, found \(found)"
        case .malformed(let part, let expected, let found): "\(part): expected \(expected), found \(found)"
        case .unsupported(let part, let expected, let found): "\(part): only \(expected) supported, found \(found)"
        case .json(let part, let error): "\(part): \(error)"
        case .tensor(let name, let expected, let found):
            "tensor \(name.quoted): expected \(expected), found \(found)"
        case .node(let name, let op, let expected, let found):
            "node \(name.quoted) (\(op.shortened)): expected \(expected), found \(found)"
        case .graph(let error): "\(error)"
        case .modelFiles(let directory, let found, let supported):
            "directory \(directory.quoted): expected exactly one model file (\(supported.joined(separator: ", "))), "
                + (found.isEmpty ? "found none" : "found \(found.map(\.quoted).joined(separator: ", "))")
        case .foreign(let found, let remedy):
            "found \(found). Nothing of it was executed. A file that Apus takes comes from Python: \(remedy)"
        case .file(let name, let error): "file \(name.quoted): \(error)"
        }
    }
}

extension String {
    /// The string in quotation marks, for messages: shortened, and without control characters.
    package var quoted: String { "\"\(shortened)\"" }

    /// The string without control characters, at most 100 characters of it: names come from files nobody checked.
    package var shortened: String {
        var text = ""
        for scalar in unicodeScalars.prefix(100) {
            text.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return unicodeScalars.count > 100 ? text + "…" : text
    }
}
