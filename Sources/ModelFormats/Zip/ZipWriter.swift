/// Writes zip archives of stored members (PKWARE, APPNOTE.TXT 6.3.10), without zip64.
enum ZipWriter {
    /// 1980-01-01, the first day that zip knows: archives of the same contents are the same.
    private static let date: UInt16 = 1 << 5 | 1
    /// What a reader must understand: version 2.0.
    private static let version: UInt16 = 20
    /// Names are UTF-8.
    private static let flags: UInt16 = 1 << 11

    /// The bytes of an archive of fewer than 65,535 members, less than 4 GiB together.
    static func bytes(of members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        var directory: [UInt8] = []
        archive.reserveCapacity(members.reduce(100) { $0 + $1.bytes.count + 2 * $1.name.utf8.count + 100 })
        for (name, bytes) in members {
            let offset = UInt32(archive.count)
            var common: [UInt8] = []
            for value in [version, flags, 0, 0, date] { common.append(littleEndian: value) }
            common.append(littleEndian: Inflater.crc32(bytes, 0..<bytes.count))
            common.append(littleEndian: UInt32(bytes.count))
            common.append(littleEndian: UInt32(bytes.count))
            common.append(littleEndian: UInt16(name.utf8.count))
            archive.append(littleEndian: 0x0403_4B50 as UInt32)
            archive += common
            archive.append(littleEndian: 0 as UInt16)
            archive += name.utf8
            archive += bytes
            directory.append(littleEndian: 0x0201_4B50 as UInt32)
            directory.append(littleEndian: version)
            directory += common
            // No extra field, comment, disk, attributes.
            directory += [UInt8](repeating: 0, count: 12)
            directory.append(littleEndian: offset)
            directory += name.utf8
        }
        let start = UInt32(archive.count)
        archive += directory
        archive.append(littleEndian: 0x0605_4B50 as UInt32)
        archive.append(littleEndian: 0 as UInt32)
        archive.append(littleEndian: UInt16(members.count))
        archive.append(littleEndian: UInt16(members.count))
        archive.append(littleEndian: UInt32(directory.count))
        archive.append(littleEndian: start)
        archive.append(littleEndian: 0 as UInt16)
        return archive
    }
}

extension [UInt8] {
    fileprivate mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        for place in 0..<(Value.bitWidth / 8) { append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
    }
}
