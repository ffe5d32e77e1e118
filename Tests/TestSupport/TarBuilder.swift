/// Writes tar archives as a test needs them, good ones and bad ones.
package struct TarBuilder {
    private var blocks: [UInt8] = []

    package init() {}

    /// An archive of regular files.
    package static func archive(_ files: [(name: String, contents: [UInt8])]) -> [UInt8] {
        var builder = TarBuilder()
        for (name, contents) in files { builder.add(name, contents) }
        return builder.bytes
    }

    /// Adds an entry. `statedSize` is what its header says; the size of the contents for nil.
    package mutating func add(
        _ name: String, _ contents: [UInt8] = [], type: Character = "0", statedSize: String? = nil
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            for (index, byte) in text.utf8.enumerated() { header[place + index] = byte }
        }
        put(String(name.prefix(100)), at: 0)
        put("0000644\0", at: 100)
        put(statedSize ?? String(contents.count, radix: 8), at: 124)
        header[156] = type.asciiValue ?? 0
        put("ustar\u{0}00", at: 257)
        header[148..<156] = ArraySlice(repeating: UInt8(ascii: " "), count: 8)
        put(String(header.reduce(0) { $0 + Int($1) }, radix: 8), at: 148)
        header[154] = 0
        blocks += header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }

    /// The archive with its end mark.
    package var bytes: [UInt8] { blocks + [UInt8](repeating: 0, count: 1024) }
}
