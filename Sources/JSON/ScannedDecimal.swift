/// A JSON number (RFC 8259 §6) read from bytes: its digits as one integer, and its decimal exponent.
///
///     number = [ "-" ] int [ "." 1*DIGIT ] [ ( "e" / "E" ) [ "-" / "+" ] 1*DIGIT ]
///     int = "0" / ( %x31-39 *DIGIT )
///
/// `@inline(always)` and not `@inline(__always)`, which left a call in the loop over a row of numbers: 3 to 12 %
/// slower, measured.
@unsafe struct ScannedDecimal {
    /// Digits that always fit 64 bits.
    static let exactDigits = 19

    /// The byte after the number; meaningless when `isValid` is false.
    var next: UnsafePointer<UInt8>

    /// All digits as one integer, modulo 2^64: exact when there are at most 19.
    var significand: UInt64 = 0

    /// The value is significand · 10^exponent.
    var exponent = 0

    /// Digits before and after the point, leading zeros included; 0 when the bytes are no JSON number.
    var digitCount = 0

    /// 0 or the sign bit of a binary32.
    var signBit: UInt32 = 0

    /// Whether the bytes began with a JSON number.
    @inline(always) var isValid: Bool { unsafe digitCount > 0 }

    /// Reads the number at `start`; reads no byte at or after `end`.
    @inline(always)
    init(at start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        unsafe next = start
        if unsafe next < end, unsafe next.pointee == UInt8(ascii: "-") {
            unsafe signBit = 0x8000_0000
            unsafe next += 1
        }
        let integer = unsafe next
        unsafe scanDigitsOneByOne(end)
        let integerCount = unsafe next - integer
        guard integerCount > 0, unsafe integerCount == 1 || integer.pointee != UInt8(ascii: "0") else { return }
        var fractionCount = 0
        if unsafe next < end, unsafe next.pointee == UInt8(ascii: ".") {
            unsafe next += 1
            let fraction = unsafe next
            unsafe scanDigitsByWord(end)
            fractionCount = unsafe next - fraction
            guard fractionCount > 0 else { return }
        }
        unsafe exponent = 0 &- fractionCount
        if unsafe next < end, unsafe next.pointee | 0x20 == UInt8(ascii: "e") {
            guard unsafe scanExponent(end) else { return }
        }
        unsafe digitCount = integerCount &+ fractionCount
    }

    @inline(always)
    private mutating func scanDigitsOneByOne(_ end: UnsafePointer<UInt8>) {
        while unsafe next < end {
            let digit = unsafe next.pointee &- UInt8(ascii: "0")
            guard digit <= 9 else { return }
            unsafe significand = significand &* 10 &+ UInt64(digit)
            unsafe next += 1
        }
    }

    /// Takes up to eight digits at a time without a branch on their number, which varies from one float to the next:
    /// a mask finds the first byte that is no digit, a shift puts the digits before it behind leading zeros.
    @inline(always)
    private mutating func scanDigitsByWord(_ end: UnsafePointer<UInt8>) {
        while unsafe end - next >= 8 {
            let word = unsafe UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
            let values = word ^ 0x3030_3030_3030_3030
            let others =
                (((values & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
            guard others != 0 else {
                unsafe significand = significand &* 100_000_000 &+ Self.eightDigits(values)
                unsafe next += 8
                continue
            }
            let bits = others.trailingZeroBitCount & ~7  // eight for every digit: 0, 8, … 56
            guard bits > 0 else { return }
            let digits = unsafe Self.eightDigits(values &<< UInt64(64 &- bits))
            unsafe significand = significand &* Self.powersOfTen[bits &>> 3] &+ digits
            unsafe next += bits &>> 3
            return
        }
        unsafe scanDigitsOneByOne(end)
    }

    /// Reads "e", a sign and digits; false when no digit follows. The exponent saturates far outside every range.
    @inline(always)
    mutating func scanExponent(_ end: UnsafePointer<UInt8>) -> Bool {
        unsafe next += 1
        var isNegative = false
        if unsafe next < end, unsafe next.pointee == UInt8(ascii: "-") || next.pointee == UInt8(ascii: "+") {
            isNegative = unsafe next.pointee == UInt8(ascii: "-")
            unsafe next += 1
        }
        let first = unsafe next
        var power = 0
        while unsafe next < end {
            let digit = unsafe next.pointee &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            if power < 1_000_000_000_000 { power = power &* 10 &+ Int(digit) }
            unsafe next += 1
        }
        unsafe exponent = exponent &+ (isNegative ? 0 &- power : power)
        return unsafe next > first
    }

    /// The value of eight decimal digits held in the bytes of a word, the first in the lowest byte.
    /// Source: J. Mula and D. Lemire, "Quickly parsing eight digits", 2018.
    @inline(always)
    private static func eightDigits(_ values: UInt64) -> UInt64 {
        let pairs = (values &* 10) &+ (values &>> 8)
        let upper = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let lower = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (upper &+ lower) &>> 32
    }

    private static let powersOfTen: [UInt64] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000]
}
