package import JSON

/// Reads a tar archive: regular files and directories, with the long names that GNU tar and POSIX pax write. Links,
/// devices and everything else that is not plain content is refused. Writes nothing.
package struct TarArchive {
    /// A record of the archive: 512 bytes. Everything is a multiple of it.
    static let blockSize = 512
    /// Most entries, and the longest name or list of attributes in front of one.
    private static let maximumEntries = 10_000
    private static let maximumExtension = 1 << 16

    private let bytes: [UInt8]
    private var place = 0
    private var count = 0
    /// What entries in front say of the next one.
    private var next = Extension()

    private struct Extension {
        var name: String?
        var size: Int?
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The files of an archive, in its order. What macOS adds beside each file (`._name`) is left out.
    /// - Parameter bytes: The whole archive, not compressed.
    /// - Returns: The files, with the names that are in the archive.
    /// - Throws: What is wrong, with the place as `entries[3].name`.
    package static func files(in bytes: [UInt8]) throws(FieldError) -> [UploadedFile] {
        var archive = TarArchive(bytes)
        var files: [UploadedFile] = []
        while let file = try archive.readFile() {
            let last = file.name.split(separator: "/").last ?? ""
            if !last.hasPrefix("._") { files.append(file) }
        }
        return files
    }

    /// The next regular file; nil at the end of the archive.
    private mutating func readFile() throws(FieldError) -> UploadedFile? {
        while let header = try readHeader() {
            guard let kind = TarHeader.Kind(rawValue: header.type) else {
                throw error("type", expected: "a regular file or a directory", found: header.typeText)
            }
            let size = next.size ?? header.size
            switch kind {
            case .longName: next.name = Self.text(try contents(size, isExtension: true).prefix { $0 != 0 })
            case .attributes: try readAttributes(contents(size, isExtension: true))
            case .globalAttributes: _ = try contents(size, isExtension: true)
            case .directory:
                next = Extension()
                count += 1
            case .file, .oldFile, .contiguousFile:
                guard let name = next.name ?? header.name else {
                    throw error("name", expected: "UTF-8", found: "other bytes")
                }
                let file = UploadedFile(name: name, contents: try contents(size))
                next = Extension()
                count += 1
                // Old archives mark directories so.
                if !name.hasSuffix("/") { return file }
            }
        }
        return nil
    }

    /// The next header; nil at the end, which is a block of zeros.
    private mutating func readHeader() throws(FieldError) -> TarHeader? {
        guard count < Self.maximumEntries else {
            throw FieldError(path: "entries", expected: "at most \(Self.maximumEntries) of them", found: "more")
        }
        guard bytes.count - place >= Self.blockSize else {
            throw FieldError(
                path: "entries[\(count)]", expected: "a header or the end mark of 512 zeros",
                found: "\(bytes.count - place) bytes")
        }
        let block = bytes[place..<(place + Self.blockSize)]
        if block.allSatisfy({ $0 == 0 }) { return nil }
        place += Self.blockSize
        do throws(FieldError) { return try TarHeader(block) } catch { throw error.inside("entries[\(count)]") }
    }

    /// Moves behind the contents of an entry and the filling of its last block.
    private mutating func contents(_ size: Int, isExtension: Bool = false) throws(FieldError) -> ArraySlice<UInt8> {
        let left = bytes.count - place
        guard size <= left else {
            throw error("size", expected: "at most the \(left) bytes that are left", found: "\(size)")
        }
        guard !isExtension || size <= Self.maximumExtension else {
            throw error("size", expected: "attributes of at most \(Self.maximumExtension) bytes", found: "\(size)")
        }
        defer { place += min(left, (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize) }
        return bytes[place..<(place + size)]
    }

    /// pax: lines of `length key=value\n`, of which names and sizes matter.
    private mutating func readAttributes(_ contents: ArraySlice<UInt8>) throws(FieldError) {
        var rest = contents
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard digits.count <= 6, let length = Int(Self.text(digits) ?? ""),
                length >= digits.count + 3, length <= rest.count,
                rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
            else { throw error("attributes", expected: "lines of length, name and value", found: "other bytes") }
            let line = rest[(rest.startIndex + digits.count + 1)..<(rest.startIndex + length - 1)]
            rest = rest.dropFirst(length)
            let key = Self.text(line.prefix { $0 != UInt8(ascii: "=") })
            let value = Self.text(line.drop { $0 != UInt8(ascii: "=") }.dropFirst())
            switch key {
            case "path":
                guard let value else { throw error("name", expected: "UTF-8", found: "other bytes") }
                next.name = value
            case "size":
                guard let size = value.flatMap({ Int($0) }), size >= 0 else {
                    throw error("size", expected: "a number of bytes", found: "something else")
                }
                next.size = size
            case "GNU.sparse.major", "GNU.sparse.map", "linkpath":
                throw error("type", expected: "a regular file or a directory", found: "a sparse file or a link")
            default: break
            }
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

    private func error(_ field: String, expected: String, found: String) -> FieldError {
        FieldError(path: "entries[\(count)].\(field)", expected: expected, found: found)
    }
}
