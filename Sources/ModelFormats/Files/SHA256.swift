/// The digest SHA-256 (FIPS 180-4), fed piece by piece.
///
///     var digest = SHA256()
///     digest.update(bytes)
///     let text = digest.finish().hexadecimal
package struct SHA256: Sendable {
    /// A finished digest: 32 bytes.
    package struct Digest: Sendable, Hashable {
        package let bytes: [UInt8]

        /// 64 lower-case hexadecimal digits, as `sha256sum` writes them.
        package var hexadecimal: String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// Bytes that are mixed in at a time.
    private static let blockByteCount = 64

    private var state = InlineArray<8, UInt32>(repeating: 0)
    /// Bytes that do not fill a block yet.
    private var pending: [UInt8] = []
    /// Bytes so far.
    private var byteCount: UInt64 = 0

    /// The digest of nothing so far.
    package init() {
        pending.reserveCapacity(Self.blockByteCount)
        for index in 0..<8 { state[index] = Self.initialState[index] }
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> Digest {
        var digest = SHA256()
        digest.update(bytes)
        return digest.finish()
    }

    /// The digest of a regular file, read in pieces.
    package static func digest(ofFile path: String) throws(ModelFormatError) -> Digest {
        let file = try OpenFile(path: path)
        var digest = SHA256()
        var offset = 0
        while offset < file.byteCount {
            let end = min(offset + (1 << 20), file.byteCount)
            digest.update(try file.read(offset..<end))
            offset = end
        }
        return digest.finish()
    }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

    /// Adds the UTF-8 of a text.
    package mutating func update(_ text: String) { update(Array(text.utf8)) }

    /// Adds bytes.
    package mutating func update(_ bytes: RawSpan) {
        byteCount += UInt64(bytes.byteCount)
        var offset = 0
        if !pending.isEmpty {
            let taken = min(Self.blockByteCount - pending.count, bytes.byteCount)
            appendPending(bytes, 0..<taken)
            offset = taken
            guard pending.count == Self.blockByteCount else { return }
            let block = pending
            unsafe mix(block.span.bytes, at: 0)
            pending.removeAll(keepingCapacity: true)
        }
        while bytes.byteCount - offset >= Self.blockByteCount {
            mix(bytes, at: offset)
            offset += Self.blockByteCount
        }
        appendPending(bytes, offset..<bytes.byteCount)
    }

    /// Pads what came so far and returns its digest; more bytes may be added to this value as if it had not been asked.
    package func finish() -> Digest {
        var padded = self
        let bitCount = byteCount * 8
        let padding = (Self.blockByteCount * 2 - 9 - Int(byteCount % 64)) % Self.blockByteCount
        padded.update([0x80] + [UInt8](repeating: 0, count: padding))
        padded.update((0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * UInt64($0))) })
        var bytes: [UInt8] = []
        for index in 0..<8 {
            for shift in [24, 16, 8, 0] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: padded.state[index] >> shift))
            }
        }
        return Digest(bytes: bytes)
    }

    private mutating func appendPending(_ bytes: RawSpan, _ range: Range<Int>) {
        for offset in range { pending.append(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
    }

    /// Mixes in one block (FIPS 180-4 §6.2.2), with the message schedule kept as a ring of 16 words.
    private mutating func mix(_ bytes: RawSpan, at offset: Int) {
        var schedule = InlineArray<16, UInt32>(repeating: 0)
        for index in 0..<16 {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset + 4 * index, as: UInt32.self)
            schedule[index] = UInt32(bigEndian: word)
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for round in 0..<64 {
            if round >= 16 {
                let early = schedule[(round + 1) & 15]
                let late = schedule[(round + 14) & 15]
                let sigma0 = Self.rotate(early, 7) ^ Self.rotate(early, 18) ^ early >> 3
                let sigma1 = Self.rotate(late, 17) ^ Self.rotate(late, 19) ^ late >> 10
                schedule[round & 15] = schedule[round & 15] &+ sigma0 &+ schedule[(round + 9) & 15] &+ sigma1
            }
            let sum1 = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
            let first = h &+ sum1 &+ (e & f ^ ~e & g) &+ Self.constants[round] &+ schedule[round & 15]
            let sum0 = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
            let second = sum0 &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        let mixed: InlineArray<8, UInt32> = [a, b, c, d, e, f, g, h]
        for index in 0..<8 { state[index] &+= mixed[index] }
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word &>> count | word &<< (32 &- count) }

    /// The first 32 bits of the fractional parts of the square roots of the first 8 primes (§5.3.3).
    private static let initialState: InlineArray<8, UInt32> = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (§4.2.2).
    private static let constants: InlineArray<64, UInt32> = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
