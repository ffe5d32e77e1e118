/// Reads zip archives: stored and deflated members, zip64 (PKWARE, APPNOTE.TXT 6.3.10).
///
/// Stricter than the specification, so that an archive means the same to every reader: the archive starts with the
/// file and ends with it, names are unique, members lie beside each other, and each local header agrees with the
/// central directory, from which alone sizes are taken.
package struct ZipArchive: Sendable {
    /// What a hostile archive may make the reader allocate.
    package struct Limits: Sendable {
        /// Bytes of all members together, uncompressed.
        package var maximumByteCount = 4 << 30
        /// Uncompressed bytes for each compressed one, of members above `ratioFreeByteCount`. A member of one
        /// repeated byte reaches 1,030.
        package var maximumRatio = 200
        /// Bytes up to which a member may have any ratio: 16 MiB.
        package var ratioFreeByteCount = 16 << 20

        /// The limits above.
        package init() {}
    }

    /// One member.
    package struct Entry: Sendable, Equatable {
        /// How a member is compressed.
        package enum Method: UInt16, Sendable { case stored = 0, deflated = 8 }

        /// The path in the archive; unique.
        package let name: String
        /// How it is compressed.
        package let method: Method
        /// CRC-32 of the uncompressed bytes.
        package let checksum: UInt32
        /// Bytes when uncompressed.
        package let byteCount: Int
        /// Where the compressed bytes are in the file.
        package let range: Range<Int>
    }

    /// In the order of the central directory.
    package let entries: [Entry]
    /// The whole archive, in which `Entry.range` counts.
    let source: ByteSource
    private let places: [String: Int]

    /// Reads the directory of an archive in memory.
    package init(bytes: [UInt8], limits: Limits = Limits()) throws(ModelFormatError) {
        try self.init(source: ByteSource(bytes), limits: limits)
    }

    /// Reads the directory of an archive, of which nothing else is read before it is asked for.
    package init(source: ByteSource, limits: Limits = Limits()) throws(ModelFormatError) {
        self.source = source
        entries = try ZipDirectory(source: source, limits: limits).entries()
        places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The member of that name.
    package subscript(name: String) -> Entry? { places[name].map { entries[$0] } }

    /// The bytes of a member and the range of them that counts: a stored member in memory is not copied.
    package func contents(of entry: Entry) throws(ModelFormatError) -> (bytes: [UInt8], range: Range<Int>) {
        let part = "zip member \(entry.name.quoted)"
        var contents = try source.window(entry.range)
        if entry.method == .deflated {
            let inflated = try Inflater.inflate(
                contents.bytes, contents.range, byteCount: entry.byteCount, part: part)
            contents = (inflated, 0..<inflated.count)
        }
        let checksum = Inflater.crc32(contents.bytes, contents.range)
        guard checksum == entry.checksum else {
            throw .malformed(
                part: part, expected: "CRC-32 \(String(entry.checksum, radix: 16))",
                found: String(checksum, radix: 16))
        }
        return contents
    }
}
