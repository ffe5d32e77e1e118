/// Reads the central directory of a zip archive and checks it against the local headers (APPNOTE.TXT §4.3).
struct ZipDirectory {
    let bytes: [UInt8]
    let limits: ZipArchive.Limits

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
        var reader = ByteReader(bytes, location.range, part: "zip directory")
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
                    part: "zip members up to \(record.name.quoted)", byteCount: total + record.byteCount,
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
        guard let end = endRecord() else {
            throw .malformed(part: "zip archive", expected: "a directory at the end", found: "none")
        }
        var reader = ByteReader(bytes, end..<bytes.count, part: "zip end record")
        _ = try reader.skip(4)
        let disks = (try reader.uint16(), try reader.uint16())
        let counts = (try reader.uint16(), try reader.uint16())
        var (size, offset) = (UInt64(try reader.uint32()), UInt64(try reader.uint32()))
        var (entryCount, limit) = (UInt64(counts.1), end)
        // Some tools write the zip64 form even when the numbers fit the fields of the old one.
        if end >= 20, bytes[(end - 20)..<(end - 16)].elementsEqual([0x50, 0x4B, 6, 7]) {
            (entryCount, size, offset, limit) = try zip64End(before: end)
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

    /// The offset of the end record: 22 bytes and a comment that reaches the end of the file.
    private func endRecord() -> Int? {
        for commentCount in 0...Int(UInt16.max) where bytes.count >= 22 + commentCount {
            let offset = bytes.count - 22 - commentCount
            guard bytes[offset..<(offset + 4)].elementsEqual([0x50, 0x4B, 5, 6]) else { continue }
            if Int(bytes[offset + 20]) | Int(bytes[offset + 21]) << 8 == commentCount { return offset }
        }
        return nil
    }

    private func zip64End(
        before end: Int
    ) throws(ModelFormatError) -> (entryCount: UInt64, size: UInt64, offset: UInt64, limit: Int) {
        let part = "zip64 end record"
        var locator = ByteReader(bytes, (end - 20)..<end, part: part)
        _ = try locator.skip(8)
        let start = try locator.uint64()
        guard end >= 76, start == UInt64(end - 76) else {
            throw .malformed(part: part, expected: "the record its locator names, right before it", found: "none")
        }
        var reader = ByteReader(bytes, (end - 76)..<(end - 20), part: part)
        guard try reader.uint32() == 0x0606_4B50, try reader.uint64() == 44 else {
            throw .malformed(part: part, expected: "a record of 56 bytes", found: "something else")
        }
        _ = try reader.skip(4)
        let disks = (try reader.uint32(), try reader.uint32())
        let counts = (try reader.uint64(), try reader.uint64())
        guard disks == (0, 0), counts.0 == counts.1 else {
            throw .unsupported(part: "zip archive", expected: "archives of one file are", found: "a part of one")
        }
        return (counts.1, try reader.uint64(), try reader.uint64(), end - 76)
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
        guard let name = String(validating: bytes[try reader.skip(counts.0)], as: UTF8.self), !name.isEmpty else {
            throw .malformed(part: "zip directory", expected: "names in UTF-8", found: "other bytes")
        }
        let part = "zip member \(name.quoted)"
        guard flags & 0x41 == 0 else {
            throw .unsupported(part: part, expected: "plain members are", found: "an encrypted one")
        }
        guard let method = ZipArchive.Entry.Method(rawValue: method) else {
            throw .unsupported(part: part, expected: "methods 0 (stored) and 8 (deflate) are", found: "\(method)")
        }
        var extra = Zip64Extra(ByteReader(bytes, try reader.skip(counts.1), part: part))
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
        guard record.headerOffset <= limit else {
            throw .truncated(part: part, expected: record.headerOffset, found: limit)
        }
        var reader = ByteReader(bytes, record.headerOffset..<limit, part: part)
        let signature = try reader.uint32()
        _ = try reader.skip(4)
        let method = try reader.uint16()
        _ = try reader.skip(16)
        let counts = (Int(try reader.uint16()), Int(try reader.uint16()))
        let name = try reader.skip(counts.0)
        guard signature == 0x0403_4B50, method == record.method.rawValue,
            bytes[name].elementsEqual(record.name.utf8)
        else {
            throw .malformed(part: part, expected: "a local header like its directory record", found: "another")
        }
        _ = try reader.skip(counts.1)
        return ZipArchive.Entry(
            name: record.name, method: record.method, checksum: record.checksum, byteCount: record.byteCount,
            range: try reader.skip(record.compressed))
    }
}
