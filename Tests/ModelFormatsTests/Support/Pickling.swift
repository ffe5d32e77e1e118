import TestSupport

@testable import ModelFormats

/// Pickles written by hand, for what no honest program writes.
enum Pickling {
    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    static func text(_ text: String) -> [UInt8] { [0x58] + little(text.utf8.count, 4) + Array(text.utf8) }

    static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + little(value, 8) }

    static func tuple(_ parts: [[UInt8]]) -> [UInt8] { [0x28] + parts.joined() + [0x74] }

    /// A protocol and a value.
    static func pickle(_ value: [UInt8]) -> [UInt8] { [0x80, 2] + value + [0x2E] }

    /// Calls a function with arguments.
    static func call(_ module: String, _ name: String, _ arguments: [[UInt8]]) -> [UInt8] {
        global(module, name) + tuple(arguments) + [0x52]
    }

    /// A dictionary of tensors, each with its name, its storage's key, type and count, its offset, sizes and strides.
    static func stateDict(_ tensors: [(String, String, String, Int, Int, [Int], [Int])]) -> [UInt8] {
        var value = call("collections", "OrderedDict", []) + [0x28]
        for (name, key, type, count, offset, sizes, strides) in tensors {
            let storage = tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)])
            value += text(name)
            value += call(
                "torch._utils", "_rebuild_tensor_v2",
                [
                    storage + [0x51], integer(offset), tuple(sizes.map(integer)), tuple(strides.map(integer)), [0x89],
                    call("collections", "OrderedDict", []),
                ])
        }
        return pickle(value + [0x75])
    }

    /// A `.pt` with this pickle.
    static func archive(
        _ pickle: [UInt8], storages: [(key: String, bytes: [UInt8])] = [], byteOrder: String? = nil
    ) -> ByteSource {
        var members = [(name: "archive/data.pkl", bytes: pickle)]
        if let byteOrder { members.append(("archive/byteorder", Array(byteOrder.utf8))) }
        members += storages.map { ("archive/data/\($0.key)", $0.bytes) }
        return ByteSource(ZipBuilding.archive(members + [("archive/version", Array("3\n".utf8))]))
    }

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
