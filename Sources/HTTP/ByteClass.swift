/// A set of ASCII characters as 128 bits: membership is two instructions and needs no table in memory.
struct ByteClass {
    private let low: UInt64
    private let high: UInt64

    /// - Parameters:
    ///   - low: Bits of the characters 0 … 63.
    ///   - high: Bits of the characters 64 … 127.
    @inline(__always)
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Whether the set holds `byte`; false above 127.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && (word &>> UInt64(byte & 63)) & 1 != 0
    }

    /// `tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA`
    /// (RFC 9110 §5.6.2).
    static var token: ByteClass { ByteClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// `unreserved / sub-delims` (RFC 3986 §2.2, §2.3): `reg-name` without percent-encoding.
    static var registeredName: ByteClass { ByteClass(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `pchar / "/"` without percent-encoding (RFC 3986 §3.3).
    static var path: ByteClass { ByteClass(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }

    /// `pchar / "/" / "?"` without percent-encoding (RFC 3986 §3.4).
    static var query: ByteClass { ByteClass(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
}

/// The value of a hexadecimal digit; nil for any other byte.
@inline(__always)
func hexadecimalValue(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte &- 0x30)
    case 0x41...0x46: Int(byte &- 0x37)
    case 0x61...0x66: Int(byte &- 0x57)
    default: nil
    }
}

/// Whether a byte is a decimal digit.
@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
