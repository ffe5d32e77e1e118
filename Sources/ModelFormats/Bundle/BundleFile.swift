import Glibc
package import JSON

/// The files of a version's directory, by the names that Apus gives them.
package enum BundleFile {
    package static let architecture = "architecture.json"
    package static let parameters = "model.safetensors"
    package static let onnx = "model.onnx"
    package static let card = "card.json"
    package static let preprocessing = "preprocessing.json"
    package static let golden = "golden.safetensors"
    package static let example = "example.json"

    /// Largest document beside a model: a vocabulary of a million words. Bytes.
    private static let maximumDocumentByteCount = 16 << 20

    /// Whether a file of a version may have that name: no path, nothing hidden.
    static func isName(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "/") && $0 != 0x7F }
    }

    /// Whether it is the path of a file in a version's directory, or below it.
    static func isPath(_ path: String) -> Bool {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        return names.count <= maximumDepth && names.allSatisfy { isName(String($0)) }
    }

    /// Most names of a path.
    private static let maximumDepth = 16

    /// A JSON document of a version, such as its card; nil when the version has none of that name.
    package static func json(_ name: String, in directory: String) throws(ModelFormatError) -> JSONValue? {
        guard exists(name, in: directory) else { return nil }
        return try parse(try read(name, in: directory, limit: maximumDocumentByteCount), name: name)
    }

    /// Whether a directory has something of that name.
    static func exists(_ name: String, in directory: String) -> Bool {
        unsafe access("\(directory)/\(name)", F_OK) == 0
    }

    /// Reads a JSON document.
    static func parse(
        _ bytes: [UInt8], name: String, maximumDepth: Int = 32
    ) throws(ModelFormatError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, maximumDepth: maximumDepth)
        } catch let error as JSONError {
            throw .json(part: name, error)
        } catch let error as FieldError {
            throw ModelFormatError(error, part: name)
        } catch {
            preconditionFailure("parsing JSON throws nothing else")
        }
    }

    /// The ONNX files of a directory.
    static func onnxNames(in directory: String) throws(ModelFormatError) -> [String] {
        do throws(DirectoryListing.Failure) {
            return try DirectoryListing.names(directory).filter { $0.lowercased().hasSuffix(".onnx") }
        } catch {
            throw .unreadable(file: directory.lastPathComponent, reason: error.reason)
        }
    }

    /// The bytes of a file; links that lead out of the directory are not followed.
    static func read(_ name: String, in directory: String, limit: Int) throws(ModelFormatError) -> [UInt8] {
        try FileBytes.read(try path(name, in: directory), limit: limit)
    }

    /// The path of a file with links resolved; throws when it lies outside of the directory.
    static func path(_ name: String, in directory: String) throws(ModelFormatError) -> String {
        guard let root = resolved(directory), let path = resolved("\(directory)/\(name)") else {
            throw .unreadable(file: name, reason: unsafe String(cString: strerror(errno)))
        }
        guard path.hasPrefix(root == "/" ? "/" : root + "/") else {
            throw .unreadable(file: name, reason: "it links to a place outside of its directory")
        }
        return path
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}

extension ModelFormatError {
    /// The error of a field of a JSON document.
    init(_ error: FieldError, part: String) {
        self = .malformed(
            part: error.path.isEmpty ? part : "\(part): \(error.path)", expected: error.expected, found: error.found)
    }
}
