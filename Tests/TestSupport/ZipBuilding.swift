/// Zip archives of stored members.
package enum ZipBuilding {
    /// The bytes of an archive.
    package static func archive(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, bytes) in members {
            let offset = file.count
            let common =
                word(crc32(bytes)) + word(UInt32(bytes.count)) + word(UInt32(bytes.count)) + half(name.utf8.count)
            file += [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + common + half(0) + Array(name.utf8) + bytes
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + common
            directory += half(0) + half(0) + half(0) + half(0) + word(0) + word(UInt32(offset)) + Array(name.utf8)
        }
        let end = half(members.count) + half(members.count) + word(UInt32(directory.count)) + word(UInt32(file.count))
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + end + half(0)
    }

    /// The CRC-32 of some bytes (ISO 3309), bit by bit.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
        }
        return ~sum
    }

    private static func half(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}
