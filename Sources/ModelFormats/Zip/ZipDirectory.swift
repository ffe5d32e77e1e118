/// Reads the central directory of a zip archive and checks it against the local headers (APPNOTE.TXT §4.3).
struct ZipDirectory {
    let source: ByteSource
    let limits: ZipArchive.Limits

    /// Bytes before the end record's comment that `locate` looks at: the record itself, and the two of zip64 before it.
    private static let endByteCount = 22 + 20 + 56

    /// Where the central directory is.
    private struct Location {
        let entryCount: UInt64
        let range: Range<Int>
    }

    /// One record of the central directory (§4.3.12).
    private struct Record {
        let name: String
        let method: ZipArchive.Entry.Method
        let checksum: UInt32
        let compressed: Int
        let byteCount: Int
        let headerOffset: Int
    }

    /// All members, checked.
    func entries() throws(ModelFormatError) -> [ZipArchive.Entry] {
        let location = try locate()
        let (bytes, range) = try source.window(location.range)
        var reader = ByteReader(bytes, range, part: "zip directory")
        var names: Set<String> = []
        var total = 0
        var members: [(start: Int, entry: ZipArchive.Entry)] = []
        while reader.remaining > 0 {
            let record = try readRecord(&reader)
            guard names.insert(record.name).inserted else {
                throw .malformed(
                    part: "zip directory", expected: "each name once", found: "\(record.name.quoted) twice")
            }
            try checkSize(of: record)
            guard record.byteCount <= limits.maximumByteCount - total else {
                throw .tooLarge(
                    part: "zip members up to \(record.name.quoted)",
                    byteCount: record.byteCount > .max - total ? .max : total + record.byteCount,
                    limit: limits.maximumByteCount)
            }
            total += record.byteCount
            members.append((record.headerOffset, try readMember(record, limit: location.range.lowerBound)))
        }
        guard UInt64(members.count) == location.entryCount else {
            throw .malformed(
                part: "zip directory", expected: "\(location.entryCount) members", found: "\(members.count)")
        }
        var end = 0
        for (start, entry) in members.sorted(by: { $0.start < $1.start }) {
            guard start >= end else {
                throw .malformed(
                    part: "zip member \(entry.name.quoted)", expected: "bytes of its own", found: "those of another")
            }
            end = entry.range.upperBound
        }
        return members.map(\.entry)
    }

    /// Finds the end record, the last one that the file ends with (§4.3.16), and its zip64 form (§4.3.14, §4.3.15).
    private func locate() throws(ModelFormatError) -> Location {
        let start = max(0, source.byteCount - Self.endByteCount - Int(UInt16.max))
        let tail = try source.read(start..<source.byteCount)
        guard let end = Self.endRecord(tail) else {
            throw .malformed(part: "zip archive", expected: "a directory at the end", found: "none")
        }
        var reader = ByteReader(tail, end..<tail.count, part: "zip end record")
        _ = try reader.skip(4)
        let disks = (try reader.uint16(), try reader.uint16())
        let counts = (try reader.uint16(), try reader.uint16())
        var (size, offset) = (UInt64(try reader.uint32()), UInt64(try reader.uint32()))
        var (entryCount, limit) = (UInt64(counts.1), start + end)
        // Some tools write the zip64 form even when the numbers fit the fields of the old one.
        if end >= 20, tail[(end - 20)..<(end - 16)].elementsEqual([0x50, 0x4B, 6, 7]) {
            (entryCount, size, offset) = try Self.zip64End(tail, before: end, start: start)
            limit = start + end - 76
        } else {
            guard disks == (0, 0), counts.0 == counts.1 else {
                throw .unsupported(part: "zip archive", expected: "archives of one file are", found: "a part of one")
            }
        }
        guard offset <= UInt64(limit), UInt64(limit) - offset == size else {
            throw .malformed(
                part: "zip directory", expected: "\(size) bytes from \(offset) up to the end record",
                found: "an end record at \(limit)")
        }
        return Location(entryCount: entryCount, range: Int(offset)..<limit)
    }

    /// The offset of the end record in the last bytes of the file: 22 bytes and a comment that reaches the end.
    private static func endRecord(_ tail: [UInt8]) -> Int? {
        for commentCount in 0...Int(UInt16.max) where tail.count >= 22 + commentCount {
            let offset = tail.count - 22 - commentCount
            guard tail[offset..<(offset + 4)].elementsEqual([0x50, 0x4B, 5, 6]) else { continue }
            if Int(tail[offset + 20]) | Int(tail[offset + 21]) << 8 == commentCount { return offset }
        }
        return nil
    }

    /// The numbers of the zip64 end record right before its locator and the end record at `end`. The last bytes of the
    /// file begin at `start`.
    private static func zip64End(
        _ tail: [UInt8], before end: Int, start: Int
    ) throws(ModelFormatError) -> (entryCount: UInt64, size: UInt64, offset: UInt64) {
        let part = "zip64 end record"
        var locator = ByteReader(tail, (end - 20)..<end, part: part)
        _ = try locator.skip(8)
        let place = try locator.uint64()
        guard end >= 76, place == UInt64(start + end - 76) else {
            throw .malformed(part: part, expected: "the record its locator names, right before it", found: "none")
        }
        var reader = ByteReader(tail, (end - 76)..<(end - 20), part: part)
        guard try reader.uint32() == 0x0606_4B50, try reader.uint64() == 44 else {
            throw .malformed(part: part, expected: "a record of 56 bytes", found: "something else")
        }
        _ = try reader.skip(4)
        let disks = (try reader.uint32(), try reader.uint32())
        let counts = (try reader.uint64(), try reader.uint64())
        guard disks == (0, 0), counts.0 == counts.1 else {
            throw .unsupported(part: "zip archive", expected: "archives of one file are", found: "a part of one")
        }
        return (counts.1, try reader.uint64(), try reader.uint64())
    }

    private func readRecord(_ reader: inout ByteReader) throws(ModelFormatError) -> Record {
        guard try reader.uint32() == 0x0201_4B50 else {
            throw .malformed(part: "zip directory", expected: "the record of a member", found: "something else")
        }
        _ = try reader.skip(4)
        let flags = try reader.uint16()
        let method = try reader.uint16()
        _ = try reader.skip(4)
        let checksum = try reader.uint32()
        let sizes = (try reader.uint32(), try reader.uint32())
        let counts = (Int(try reader.uint16()), Int(try reader.uint16()), Int(try reader.uint16()))
        _ = try reader.skip(8)
        let offset = try reader.uint32()
        guard let name = String(validating: reader.bytes[try reader.skip(counts.0)], as: UTF8.self), !name.isEmpty
        else {
            throw .malformed(part: "zip directory", expected: "names in UTF-8", found: "other bytes")
        }
        try Self.checkName(name)
        let part = "zip member \(name.quoted)"
        guard flags & 0x41 == 0 else {
            throw .unsupported(part: part, expected: "plain members are", found: "an encrypted one")
        }
        guard let method = ZipArchive.Entry.Method(rawValue: method) else {
            throw .unsupported(part: part, expected: "methods 0 (stored) and 8 (deflate) are", found: "\(method)")
        }
        var extra = Zip64Extra(ByteReader(reader.bytes, try reader.skip(counts.1), part: part))
        _ = try reader.skip(counts.2)
        let byteCount = try extra.value(sizes.1)
        let compressed = try extra.value(sizes.0)
        return Record(
            name: name, method: method, checksum: checksum, compressed: compressed, byteCount: byteCount,
            headerOffset: try extra.value(offset))
    }

    /// Checks that a member's sizes are possible, and not those of a decompression bomb.
    private func checkSize(of record: Record) throws(ModelFormatError) {
        let part = "zip member \(record.name.quoted)"
        guard record.method == .deflated || record.byteCount == record.compressed else {
            throw .malformed(
                part: part, expected: "\(record.compressed) bytes, as stored", found: "\(record.byteCount)")
        }
        guard
            record.byteCount <= limits.ratioFreeByteCount
                || record.byteCount / limits.maximumRatio <= record.compressed
        else {
            throw .tooLarge(
                part: part, byteCount: record.byteCount, limit: record.compressed * limits.maximumRatio)
        }
    }

    /// Reads the local header of a member (§4.3.7), which must lie with its data before `limit`.
    private func readMember(_ record: Record, limit: Int) throws(ModelFormatError) -> ZipArchive.Entry {
        let part = "zip member \(record.name.quoted)"
        let nameCount = record.name.utf8.count
        guard record.headerOffset <= limit, 30 + nameCount <= limit - record.headerOffset else {
            throw .truncated(part: part, expected: record.headerOffset, found: limit)
        }
        let (bytes, range) = try source.window(record.headerOffset..<(record.headerOffset + 30 + nameCount))
        var reader = ByteReader(bytes, range, part: part)
        let signature = try reader.uint32()
        _ = try reader.skip(4)
        let method = try reader.uint16()
        _ = try reader.skip(16)
        let counts = (Int(try reader.uint16()), Int(try reader.uint16()))
        let name = try reader.skip(nameCount)
        guard signature == 0x0403_4B50, method == record.method.rawValue, counts.0 == nameCount,
            bytes[name].elementsEqual(record.name.utf8)
        else {
            throw .malformed(part: part, expected: "a local header like its directory record", found: "another")
        }
        let start = record.headerOffset + 30 + nameCount + counts.1
        guard start <= limit, record.compressed <= limit - start else {
            throw .truncated(part: part, expected: record.compressed, found: max(limit - start, 0))
        }
        return ZipArchive.Entry(
            name: record.name, method: record.method, checksum: record.checksum, byteCount: record.byteCount,
            range: start..<(start + record.compressed))
    }

    /// Refuses names that would lead out of a directory the archive is unpacked into; nothing is unpacked here, but no
    /// honest archive has them.
    private static func checkName(_ name: String) throws(ModelFormatError) {
        let leaves = name.split(separator: "/", omittingEmptySubsequences: false).contains("..")
        guard !leaves, !name.hasPrefix("/"), !name.utf8.contains(0), !name.contains("\\") else {
            throw .malformed(part: "zip directory", expected: "names below the archive", found: name.quoted)
        }
    }
}
