import Tensors

/// The bytes of an HDF5 file, by the addresses that stand in it.
///
/// Nothing is read outside of the file: every address and every size is checked where it is used.
struct HDF5Storage: Sendable {
    private let source: ByteSource
    /// Where the file lies in the source, such as a member of a zip archive.
    private let range: Range<Int>

    init(_ source: ByteSource, _ range: Range<Int>) {
        precondition(range.upperBound <= source.byteCount, "range past the end")
        self.source = source
        self.range = range
    }

    /// Bytes of the whole file.
    var byteCount: Int { range.count }

    /// Reads `count` bytes from an address on.
    /// - Throws: `.truncated` for what lies outside of the file.
    func reader(at address: Int, count: Int, part: String) throws(ModelFormatError) -> ByteReader {
        let (bytes, range) = try source.window(try place(of: address, count, part: part))
        return ByteReader(bytes, range, part: part)
    }

    /// Reads `count` bytes from an address on, fewer where the file ends before.
    /// - Throws: `.truncated` for an address outside of the file.
    func reader(at address: Int, upTo count: Int, part: String) throws(ModelFormatError) -> ByteReader {
        let rest = address >= 0 && address <= byteCount ? byteCount - address : 0
        return try reader(at: address, count: min(count, rest), part: part)
    }

    /// The elements of a tensor that lie beside each other from an address on; a large one may be a part of the mapped file.
    /// - Throws: `.truncated` for what lies outside of the file.
    func tensor(
        at address: Int, _ encoding: ElementEncoding, shape: Shape, bigEndian: Bool, part: String
    ) throws(ModelFormatError) -> Tensor {
        let place = try place(of: address, shape.elementCount * encoding.byteCount, part: part)
        return try encoding.tensor(from: source, at: place.lowerBound, shape: shape, bigEndian: bigEndian)
    }

    private func place(of address: Int, _ count: Int, part: String) throws(ModelFormatError) -> Range<Int> {
        guard address >= 0, address <= byteCount, count >= 0, count <= byteCount - address else {
            throw .truncated(part: part, expected: max(address, 0).saturatingAdd(max(count, 0)), found: byteCount)
        }
        let start = range.lowerBound + address
        return start..<(start + count)
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
