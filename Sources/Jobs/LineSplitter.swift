/// Cuts a stream of bytes into lines; of a line that is too long, nothing is kept.
struct LineSplitter {
    private let limit: Int
    private var line: [UInt8] = []
    private var isTooLong = false

    /// - Parameter limit: The longest line. Bytes.
    init(limit: Int = 1 << 20) {
        self.limit = limit
    }

    /// Takes more bytes.
    /// - Returns: The lines that are complete now, without their ends.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            keep(rest[..<end])
            if !isTooLong { lines.append(line) }
            line = []
            isTooLong = false
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        if line.count + bytes.count > limit {
            isTooLong = true
            line = []
        }
        if !isTooLong { line += bytes }
    }
}
