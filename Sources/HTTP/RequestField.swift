/// One field line of a head, as two ranges of the buffer the head was parsed from.
package struct RequestField: Sendable, Equatable {
    private let nameStart: UInt32
    private let nameCount: UInt32
    private let valueStart: UInt32
    private let valueCount: UInt32

    /// - Parameters:
    ///   - name: The bytes before the colon.
    ///   - value: The bytes after it without the white space around them.
    init(name: Range<Int>, value: Range<Int>) {
        nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
        nameCount = UInt32(truncatingIfNeeded: name.count)
        valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
        valueCount = UInt32(truncatingIfNeeded: value.count)
    }

    /// Bytes of the name: a token.
    package var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
    /// Bytes of the value: visible characters, spaces, tabs and bytes above 127.
    package var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }
}
