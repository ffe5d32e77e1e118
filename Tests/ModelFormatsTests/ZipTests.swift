import Tensors
import Testing

@testable import ModelFormats

struct ZipTests {
    @Test func readsWhatNumPyWrites() throws {
        let stored = try NpzReader.tensors(path: Fixtures.path("stored.npz"))
        #expect(Set(stored.keys) == ["weights", "labels", "layer/bias"])
        #expect(stored["labels"]?.integers == [3, 1, 2])
        #expect(stored["layer/bias"]?.elements(as: Double.self) == [0.5])
        let deflated = try NpzReader.tensors(path: Fixtures.path("deflated.npz"))
        #expect(deflated["weights"]?.floats == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
        #expect(deflated["zeros"]?.shape == [100, 100])
        #expect(deflated["zeros"]?.floats.allSatisfy { $0 == 0 } == true)
        let zip64 = try NpzReader.tensors(path: Fixtures.path("zip64.npz"))
        #expect(zip64["weights"]?.floats == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
    }

    /// An archive of one stored member, in which a test changes something.
    private struct Draft {
        var name = "a.txt"
        var localName = "a.txt"
        var data: [UInt8] = [1, 2, 3]
        var flags: UInt64 = 0
        var method: UInt64 = 0
        var checksum: UInt64 = 0x55BC_801D
        var byteCount: UInt64 = 3
        var copies = 1
        var comment: [UInt8] = []

        var bytes: [UInt8] {
            let local =
                field(0x0403_4B50, 4) + field(20, 2) + field(flags, 2) + field(method, 2) + field(0, 4)
                + field(checksum, 4) + field(UInt64(data.count), 4) + field(byteCount, 4)
                + field(UInt64(localName.utf8.count), 2) + field(0, 2) + Array(localName.utf8) + data
            let record =
                field(0x0201_4B50, 4) + field(20, 2) + field(20, 2) + field(flags, 2) + field(method, 2) + field(0, 4)
                + field(checksum, 4) + field(UInt64(data.count), 4) + field(byteCount, 4)
                + field(UInt64(name.utf8.count), 2) + field(0, 12) + field(0, 4) + Array(name.utf8)
            var records: [UInt8] = []
            for copy in 0..<copies {
                var other = record
                if copy > 0 { other[46] += UInt8(copy) }
                records += other
            }
            return local + records + field(0x0605_4B50, 4) + field(0, 4) + field(UInt64(copies), 2)
                + field(UInt64(copies), 2) + field(UInt64(records.count), 4) + field(UInt64(local.count), 4)
                + field(UInt64(comment.count), 2) + comment
        }

        private func field(_ value: UInt64, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        }
    }

    private func read(_ draft: Draft, limits: ZipArchive.Limits = ZipArchive.Limits()) throws -> [UInt8] {
        let archive = try ZipArchive(bytes: draft.bytes, limits: limits)
        let (bytes, range) = try archive.contents(of: try #require(archive[draft.name]))
        return Array(bytes[range])
    }

    @Test func readsStoredMembers() throws {
        #expect(try read(Draft()) == [1, 2, 3])
        #expect(try read(Draft(comment: Array("a comment PK\u{5}\u{6}".utf8))) == [1, 2, 3])
        #expect(try ZipArchive(bytes: Draft().bytes)["b"] == nil)
    }

    @Test func refusesMembersByValue() {
        let cases: [(Draft, ModelFormatError)] = [
            (Draft(checksum: 1), .malformed(part: "zip member \"a.txt\"", expected: "CRC-32 1", found: "55bc801d")),
            (
                Draft(flags: 1),
                .unsupported(part: "zip member \"a.txt\"", expected: "plain members are", found: "an encrypted one")
            ),
            (
                Draft(method: 12),
                .unsupported(
                    part: "zip member \"a.txt\"", expected: "methods 0 (stored) and 8 (deflate) are", found: "12")
            ),
            (Draft(byteCount: 4), .malformed(part: "zip member \"a.txt\"", expected: "3 bytes, as stored", found: "4")),
            (
                Draft(localName: "b.txt"),
                .malformed(
                    part: "zip member \"a.txt\"", expected: "a local header like its directory record", found: "another"
                )
            ),
            (
                Draft(method: 8),
                .malformed(
                    part: "zip member \"a.txt\"", expected: "3 bytes of deflate data that make 3",
                    found: "3 bytes that make 0")
            ),
        ]
        for (draft, error) in cases { #expect(throws: error) { try read(draft) } }
    }

    @Test func refusesMembersThatShareBytes() {
        // The second record has a name of its own but the same local header; both errors are possible first.
        #expect(throws: ModelFormatError.self) { try read(Draft(copies: 2)) }
        var twice = Draft(copies: 2).bytes
        let second = 30 + 5 + 3 + 46 + 5
        twice[second + 46] = UInt8(ascii: "a")
        #expect(
            throws: ModelFormatError.malformed(
                part: "zip directory", expected: "each name once", found: "\"a.txt\" twice")
        ) {
            try ZipArchive(bytes: twice)
        }
    }

    @Test func refusesBombs() {
        var limits = ZipArchive.Limits()
        limits.maximumByteCount = 2
        #expect(
            throws: ModelFormatError.tooLarge(part: "zip members up to \"a.txt\"", byteCount: 3, limit: 2)
        ) { try read(Draft(), limits: limits) }
        #expect(
            throws: ModelFormatError.tooLarge(part: "zip member \"a.txt\"", byteCount: 1 << 30, limit: 600)
        ) { try read(Draft(method: 8, byteCount: 1 << 30)) }
        // Below the size at which ratios count, the memory grows with what is there.
        #expect(throws: ModelFormatError.self) { try read(Draft(method: 8, byteCount: 1 << 24)) }
    }

    @Test func refusesWhatIsNoArchive() {
        for bytes in [[], [1, 2, 3], [UInt8](repeating: 0x50, count: 100)] as [[UInt8]] {
            #expect(
                throws: ModelFormatError.malformed(
                    part: "zip archive", expected: "a directory at the end", found: "none")
            ) { try ZipArchive(bytes: bytes) }
        }
        #expect(throws: ModelFormatError.self) { try ZipArchive(bytes: [0] + Draft().bytes) }
        #expect(
            throws: ModelFormatError.unsupported(
                part: "npz archive", expected: "members named .npy are", found: "\"a.txt\"")
        ) {
            try NpzReader.tensors(from: Draft().bytes)
        }
    }

    @Test(arguments: ["stored.npz", "deflated.npz", "zip64.npz"])
    func survivesDamage(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        Damage.truncations(of: bytes) { _ = try NpzReader.tensors(from: $0) }
        Damage.mutations(of: bytes) { _ = try NpzReader.tensors(from: $0) }
    }

    @Test func inflatesManyChunks() throws {
        // 200,000 zeros as zlib deflates them would hide in any chunk; stored blocks make the chunks visible.
        let data = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var blocks: [UInt8] = []
        for start in stride(from: 0, to: data.count, by: 60_000) {
            let part = data[start..<min(start + 60_000, data.count)]
            let (low, high) = (UInt8(part.count & 0xFF), UInt8(part.count >> 8))
            blocks += [part.endIndex == data.count ? 1 : 0, low, high, ~low, ~high] + part
        }
        #expect(try Inflater.inflate(blocks, 0..<blocks.count, byteCount: data.count, part: "p") == data)
        #expect(throws: ModelFormatError.malformed(part: "p", expected: "199999 bytes", found: "more")) {
            try Inflater.inflate(blocks, 0..<blocks.count, byteCount: 199_999, part: "p")
        }
        #expect(throws: ModelFormatError.self) {
            try Inflater.inflate(blocks + [0], 0..<(blocks.count + 1), byteCount: data.count, part: "p")
        }
    }
}
