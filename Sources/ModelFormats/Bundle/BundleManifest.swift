/// `MANIFEST.sha256`: the digest of every file of a version, as `sha256sum` writes and checks them.
///
/// It guards against damage and half-copied directories, not against somebody who can write the directory.
struct BundleManifest: Equatable {
    static let fileName = "MANIFEST.sha256"
    /// Largest manifest. Bytes.
    private static let maximumByteCount = 1 << 20

    /// 64 hexadecimal digits by the path of a file in the directory.
    private(set) var digests: [String: String]

    /// The manifest of these files.
    init(of files: [String: [UInt8]]) { digests = files.mapValues { SHA256.digest(of: $0).hexadecimal } }

    /// Reads a manifest: lines of 64 digits, two spaces (or a space and a star) and a path that stays in the directory.
    init(text: String) throws(ModelFormatError) {
        digests = [:]
        for line in text.split(separator: "\n") {
            let digest = line.prefix(64)
            let name = String(line.dropFirst(66))
            guard digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit),
                ["  ", " *"].contains(line.dropFirst(64).prefix(2)), BundleFile.isPath(name)
            else {
                throw .malformed(
                    part: Self.fileName, expected: "lines of a SHA-256 digest, two spaces and a file name",
                    found: String(line).quoted)
            }
            guard digests.updateValue(digest.lowercased(), forKey: name) == nil else {
                throw .malformed(part: Self.fileName, expected: "each name once", found: "\(name.quoted) twice")
            }
        }
    }

    /// The manifest of a directory; nil when it has none.
    init?(directory: String, names: [String]) throws(ModelFormatError) {
        guard names.contains(Self.fileName) else { return nil }
        let bytes = try BundleFile.read(Self.fileName, in: directory, limit: Self.maximumByteCount)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(part: Self.fileName, expected: "UTF-8", found: "other bytes")
        }
        try self.init(text: text)
    }

    /// The file, sorted by name.
    var bytes: [UInt8] {
        Array(digests.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined().utf8)
    }

    /// Throws unless all files it names are there as they were, and it names all of `needed`.
    func check(directory: String, needed: [String]) throws(ModelFormatError) {
        if let name = needed.first(where: { digests[$0] == nil }) {
            throw .malformed(part: Self.fileName, expected: "a line for \(name.quoted)", found: "none")
        }
        for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
            let found = try SHA256.digest(ofFile: try BundleFile.path(name, in: directory)).hexadecimal
            guard found == digest else {
                throw .malformed(
                    part: "file \(name.quoted)", expected: "SHA-256 \(digest), as \(Self.fileName) says",
                    found: "\(found)")
            }
        }
    }
}
