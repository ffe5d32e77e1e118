package import JSON

/// A JSON file with a request.
package enum RequestFile {
    private static let maximumBytes = 64 << 20

    /// The members of the object in a file.
    /// - Throws: `DaemonError.file` or `.input`.
    package static func read(_ path: String) throws(DaemonError) -> [JSONMember] {
        let bytes: [UInt8]
        do { bytes = try Files.bytes(of: path, limit: maximumBytes) } catch { throw .file(path, reason: error.reason) }
        do {
            guard let members = try JSONValue(parsing: bytes).members else {
                throw FieldError(path: "", expected: "an object", found: "another value")
            }
            return members
        } catch {
            throw .input(path, reason: "\(error)")
        }
    }
}
