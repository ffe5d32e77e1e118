/// The bytes of an HDF5 file, by the addresses that stand in it.
///
/// Nothing is read outside of the file: every address and every size is checked where it is used.
struct HDF5Storage: Sendable {
    private let bytes: [UInt8]
    /// Where the file lies among the bytes, such as a member of a zip archive.
    private let range: Range<Int>

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(range.upperBound <= bytes.count, "range past the end")
        self.bytes = bytes
        self.range = range
    }

    /// Bytes of the whole file.
    var byteCount: Int { range.count }

    /// Reads on from an address, no further than `count` bytes when it is given.
    /// - Throws: `.truncated` for what lies outside of the file.
    func reader(at address: Int, count: Int? = nil, part: String) throws(ModelFormatError) -> ByteReader {
        guard address >= 0, address <= byteCount, count ?? 0 >= 0, count ?? 0 <= byteCount - address else {
            throw .truncated(
                part: part, expected: max(address, 0).saturatingAdd(max(count ?? 0, 0)), found: byteCount)
        }
        let start = range.lowerBound + address
        return ByteReader(bytes, start..<(count.map { start + $0 } ?? range.upperBound), part: part)
    }
}

extension Int {
    /// The sum, or the largest integer when it does not fit.
    fileprivate func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension ByteReader {
    /// An address in an HDF5 file; nil for the one of all ones, which means that there is none.
    mutating func address() throws(ModelFormatError) -> Int? {
        let value = try uint64()
        if value == .max { return nil }
        return try integer(value)
    }

    /// An address that must be there.
    mutating func requiredAddress() throws(ModelFormatError) -> Int {
        guard let address = try address() else {
            throw .malformed(part: part, expected: "an address", found: "the undefined one")
        }
        return address
    }

    /// A size of eight bytes.
    mutating func length() throws(ModelFormatError) -> Int { try integer(try uint64()) }

    /// A size of one, two, four or eight bytes: 2 to the power of `exponent`.
    mutating func length(exponent: UInt8) throws(ModelFormatError) -> Int {
        switch exponent {
        case 0: Int(try uint8())
        case 1: Int(try uint16())
        case 2: Int(try uint32())
        default: try length()
        }
    }

    /// Checks the letters a structure begins with.
    mutating func signature(_ letters: StaticString) throws(ModelFormatError) {
        let expected = Array("\(letters)".utf8)
        guard bytes[try skip(expected.count)].elementsEqual(expected) else {
            throw .malformed(part: part, expected: "\(letters) as its first bytes", found: "something else")
        }
    }

    /// Checks a version number.
    mutating func version(_ known: ClosedRange<UInt8>) throws(ModelFormatError) -> UInt8 {
        let version = try uint8()
        guard known.contains(version) else {
            let versions = known.count == 1 ? "version \(known.lowerBound) is" : "versions \(known) are"
            throw .unsupported(part: part, expected: versions, found: "\(version)")
        }
        return version
    }

    private func integer(_ value: UInt64) throws(ModelFormatError) -> Int {
        guard let value = Int(exactly: value) else {
            throw .malformed(part: part, expected: "an address or a size of at most 2^63", found: "\(value)")
        }
        return value
    }
}
