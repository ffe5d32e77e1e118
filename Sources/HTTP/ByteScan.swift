/// Whether `bytes[range]` is exactly `literal`.
@inline(__always)
func equals(_ bytes: Span<UInt8>, _ range: Range<Int>, _ literal: StaticString) -> Bool {
    guard range.count == literal.utf8CodeUnitCount else { return false }
    let expected = unsafe literal.utf8Start
    for offset in 0..<range.count {
        if unsafe bytes[range.lowerBound &+ offset] != expected[offset] { return false }
    }
    return true
}

/// Whether `bytes[range]` is `literal` when letters are compared without case.
///
/// - Parameters:
///   - bytes: The buffer.
///   - range: The part of it to compare.
///   - literal: In lower case.
/// - Returns: False for parts of another length, too.
@inline(__always)
package func equalsIgnoringCase(_ bytes: Span<UInt8>, _ range: Range<Int>, _ literal: StaticString) -> Bool {
    guard range.count == literal.utf8CodeUnitCount else { return false }
    let expected = unsafe literal.utf8Start
    for offset in 0..<range.count {
        let byte = bytes[range.lowerBound &+ offset]
        let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
        if unsafe lower != expected[offset] { return false }
    }
    return true
}

/// The position of the first byte at or after `start` that is no token character; the span's count if there is none.
///
/// Nearly all of them are letters and hyphens, and eight bytes at a time are tested for those; the sums stay within
/// their bytes because the high bits are masked off first.
@inline(__always)
func tokenEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
    let count = bytes.count
    let raw = unsafe bytes.bytes
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits = ones &* 0x80
    var index = start
    while index &+ 8 <= count {
        // In bounds: index + 8 <= count.
        let word = unsafe UInt64(littleEndian: raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
        let lower = (word | ones &* 0x20) & ~highBits
        let isLetter = (lower &+ ones &* (0x80 - 0x61)) & ~(lower &+ ones &* (0x80 - 0x7B))
        let hyphen = word ^ ones &* 0x2D
        let isNoHyphen = ((hyphen & ~highBits) &+ ones &* 0x7F) | hyphen
        let others = ((~isLetter & isNoHyphen) | word) & highBits
        if others == 0 {
            index &+= 8
            continue
        }
        index &+= others.trailingZeroBitCount &>> 3
        if !ByteClass.token.contains(bytes[index]) { return index }
        index &+= 1
    }
    while index < count, ByteClass.token.contains(bytes[index]) { index &+= 1 }
    return index
}

/// The position of the first control character other than HTAB at or after `start`; the span's count if there is none.
///
/// Looks at eight bytes at a time ("haszero" in Anderson, Bit Twiddling Hacks): a byte below 0x20 borrows in the
/// subtraction and DEL becomes zero under the exclusive or. A borrow can mark wrongly only above a byte that is
/// marked rightly, so that the lowest mark is exact.
@inline(__always)
func firstControl(_ bytes: Span<UInt8>, from start: Int) -> Int {
    let count = bytes.count
    let raw = unsafe bytes.bytes
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = start
    while index &+ 8 <= count {
        // In bounds: index + 8 <= count.
        let word = unsafe UInt64(littleEndian: raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
        let delete = word ^ (ones &* 0x7F)
        let marks = (((word &- ones &* 0x20) & ~word) | ((delete &- ones) & ~delete)) & (ones &* 0x80)
        if marks == 0 {
            index &+= 8
            continue
        }
        index &+= marks.trailingZeroBitCount &>> 3
        if bytes[index] != 0x09 { return index }
        index &+= 1
    }
    while index < count, !isControl(bytes[index]) { index &+= 1 }
    return index
}

/// `CTL` without HTAB: what a field value must not hold (RFC 9110 §5.5).
@inline(__always)
func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7F }

/// `range` without spaces and tabs at its ends (`OWS`, RFC 9110 §5.6.3).
@inline(__always)
func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start &+= 1 }
    while end > start, bytes[end &- 1] == 0x20 || bytes[end &- 1] == 0x09 { end &-= 1 }
    return start..<end
}

/// Calls `body` with each element of a comma-separated list, trimmed; empty elements are given too
/// (`#element`, RFC 9110 §5.6.1).
@inline(__always)
func forEachElement<E: Error>(
    _ bytes: Span<UInt8>, _ list: Range<Int>, _ body: (Range<Int>) throws(E) -> Void
) throws(E) {
    var start = list.lowerBound
    for index in list where bytes[index] == 0x2C {
        try body(trimmed(bytes, start..<index))
        start = index &+ 1
    }
    try body(trimmed(bytes, start..<list.upperBound))
}
