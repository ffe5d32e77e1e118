import Tensors
import Testing

@testable import ModelFormats

/// HDF5 files that somebody damaged or made up.
struct HDF5DamageTests {
    /// Reads everything that a file has.
    private static func readAll(_ bytes: [UInt8]) throws {
        var file = try HDF5File(ByteSource(bytes))
        var open = [try HDF5Group(file.root)]
        var seen = 0
        while let group = open.popLast(), seen < 1000 {
            let attributes = try HDF5Attributes(group.object)
            for name in attributes.names { _ = try? attributes.texts(name) }
            for name in group.names {
                seen += 1
                guard let object = try group.object(name) else { continue }
                if object.isGroup { open.append(try HDF5Group(object)) } else { _ = try file.tensor(object) }
            }
        }
    }

    @Test func refusesEveryBeginning() throws {
        let bytes = try Fixtures.bytes("hdf5/small.h5")
        try Self.readAll(bytes)
        Damage.truncations(of: bytes, Self.readAll)
    }

    /// Three wrong values in the place of every byte.
    @Test(arguments: ["small", "latest"])
    func survivesEveryWrongByte(name: String) throws {
        let bytes = try Fixtures.bytes("hdf5/\(name).h5")
        for index in bytes.indices {
            for wrong in [bytes[index] ^ 0xFF, bytes[index] ^ 1, 0xFF] where wrong != bytes[index] {
                var copy = bytes
                copy[index] = wrong
                try? Self.readAll(copy)
            }
        }
    }

    @Test(arguments: ["small", "attributes", "chunked", "latest", "latest_many"])
    func survivesDamage(name: String) throws {
        Damage.mutations(of: try Fixtures.bytes("hdf5/\(name).h5"), count: 300, Self.readAll)
    }

    /// The first place of a text among bytes.
    private static func place(of text: String, in bytes: [UInt8]) throws -> Int {
        let text = Array(text.utf8)
        return try #require(
            (0..<(bytes.count - text.count)).first { bytes[$0..<($0 + text.count)].elementsEqual(text) })
    }

    private static func little(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    @Test func refusesATreeThatIsItsOwnChild() throws {
        var bytes = try Fixtures.bytes("hdf5/small.h5")
        let tree = try Self.place(of: "TREE", in: bytes)
        // Level 1, and the first child after its key.
        bytes[tree + 5] = 1
        bytes.replaceSubrange((tree + 32)..<(tree + 40), with: Self.little(tree))
        let error = #expect(throws: ModelFormatError.self) { try Self.readAll(bytes) }
        let text = "\(try #require(error))"
        #expect(text.contains("a loop") || text.contains("level"))
    }

    @Test func refusesAGroupThatIsInsideOfItself() throws {
        var bytes = try Fixtures.bytes("hdf5/small.h5")
        let node = try Self.place(of: "SNOD", in: bytes)
        // Every name in the root stands for the root, whose header the superblock points to.
        let root = Array(bytes[64..<72])
        for entry in 0..<2 { bytes.replaceSubrange((node + 16 + 40 * entry)..<(node + 24 + 40 * entry), with: root) }
        let group = try HDF5Group(try HDF5File(ByteSource(bytes)).root)
        // Paths are walked by name, so that there is an end.
        #expect(try group.group("group/group/group") != nil)
        try Self.readAll(bytes)
    }

    @Test func refusesAHeaderThatContinuesInItself() throws {
        var bytes = try Fixtures.bytes("hdf5/attributes.h5")
        // A continuation message: type 16, size 16, flags, reserved bytes, then an address and a length.
        let pattern: [UInt8] = [16, 0, 16, 0]
        var changed = 0
        for index in stride(from: 0, to: bytes.count - 24, by: 8)
        where bytes[index..<(index + 4)].elementsEqual(pattern) {
            bytes.replaceSubrange((index + 8)..<(index + 16), with: Self.little(index))
            bytes.replaceSubrange((index + 16)..<(index + 24), with: Self.little(24))
            changed += 1
        }
        #expect(changed > 0)
        let error = #expect(throws: ModelFormatError.self) { try Self.readAll(bytes) }
        let text = "\(try #require(error))"
        #expect(text.contains("a loop") || text.contains("messages"))
    }

    @Test(arguments: [0, 1, 8, 100])
    func refusesOtherFiles(count: Int) {
        #expect(throws: ModelFormatError.self) { try Self.readAll([UInt8](repeating: 0x89, count: count)) }
    }
}
