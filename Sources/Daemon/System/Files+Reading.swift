import ModelFormats

/// Why a file cannot be read; the caller knows which file, and what for.
struct FileRefusal: Error {
    let reason: String
}

extension Files {
    /// The bytes of a regular file.
    static func bytes(of path: String, limit: Int) throws(FileRefusal) -> [UInt8] {
        do {
            return try FileBytes.read(path, limit: limit)
        } catch .unreadable(_, let reason) {
            throw FileRefusal(reason: reason)
        } catch {
            throw FileRefusal(reason: "\(error)")
        }
    }

    /// The text of a regular file.
    /// - Throws: When it cannot be read or is no UTF-8.
    static func text(of path: String, limit: Int) throws(FileRefusal) -> String {
        guard let text = String(validating: try bytes(of: path, limit: limit), as: UTF8.self) else {
            throw FileRefusal(reason: "is not UTF-8 text")
        }
        return text
    }
}
