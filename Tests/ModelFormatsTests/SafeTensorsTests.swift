import JSON
import Tensors
import Testing

@testable import ModelFormats

struct SafeTensorsTests {
    @Test func readsWhatTheReferenceWrites() throws {
        let file = try SafeTensors(path: Fixtures.path("mixed.safetensors"))
        #expect(file.metadata == ["format": "np", "note": "a \"quoted\"\nline"])
        #expect(file.tensors.count == 8)
        #expect(file.tensors["w"]?.shape == [2, 3])
        #expect(file.tensors["w"]?.floats == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
        #expect(file.tensors["half"]?.floats == [1.5, -2])
        #expect(file.tensors["b"]?.integers == [1, 2, 3])
        #expect(file.tensors["byte"]?.integers == [1, 255])
        #expect(file.tensors["flag"]?.bytes == [1, 0])
        #expect(file.tensors["scalar"]?.shape == [])
        #expect(file.tensors["scalar"]?.elements(as: Double.self) == [2.5])
        #expect(file.tensors["none"]?.shape == [0, 4])
        #expect(file.tensors["ünï\"q"]?.integers == [-5])
    }

    @Test func writesTheBytesTheReferenceWrites() throws {
        let bytes = try Fixtures.bytes("all_types.safetensors")
        #expect(try SafeTensors(bytes: bytes).bytes() == bytes)
    }

    @Test func readsWhatItWrites() throws {
        let empty = try SafeTensors(bytes: SafeTensors(tensors: [:]).bytes())
        #expect(empty.tensors.isEmpty && empty.metadata.isEmpty)
        let tensors = ["a\u{1}b": Tensor([1.0, .infinity, -0.0], shape: [3]), "\\": Tensor([5], shape: [])]
        let back = try SafeTensors(bytes: SafeTensors(tensors: tensors, metadata: ["ключ": "значение"]).bytes())
        #expect(back.metadata == ["ключ": "значение"])
        #expect(back.tensors.mapValues(\.bytes) == tensors.mapValues(\.bytes))
    }

    private func read(_ header: String, data: Int) throws -> SafeTensors {
        let count = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        return try SafeTensors(bytes: count + Array(header.utf8) + [UInt8](repeating: 0, count: data))
    }

    private static let first = "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}"

    @Test(arguments: [
        ("{\(first)}", 5, ModelFormatError.malformed(part: "safetensors data", expected: "4 bytes", found: "5")),
        ("{\(first)}", 3, .truncated(part: "safetensors data", expected: 4, found: 3)),
        (
            " {\(first)}", 4,
            .malformed(part: "safetensors header", expected: "\"{\" as its first byte", found: "something else")
        ),
        ("", 0, .malformed(part: "safetensors header", expected: "\"{\" as its first byte", found: "something else")),
        (
            "{\(first),\(first)}", 4,
            .malformed(part: "safetensors header", expected: "each name once", found: "\"a\" twice")
        ),
        (
            "{\(first),\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[5,6]}}", 6,
            .tensor("b", expected: "data from offset 4, where the tensor before it ends", found: "offset 5")
        ),
        (
            "{\(first),\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}", 4,
            .tensor("b", expected: "data from offset 4, where the tensor before it ends", found: "offset 3")
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
            .tensor("a", expected: "8 bytes for shape [2]", found: "4")
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4,
            .tensor("a", expected: "dimensions of at least 0", found: "-1")
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
            .tensor("a", expected: "a size that fits memory", found: "dimensions [4294967296, 4294967296]")
        ),
        (
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,0]}}", 1,
            .tensor("a", expected: "data_offsets to be begin and end", found: "[1, 0]")
        ),
        (
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}", 1,
            .tensor("a", expected: "data_offsets to be begin and end", found: "[0, 1, 2]")
        ),
        (
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1,
            .tensor("a", expected: "the keys dtype, shape and data_offsets", found: "no data_offsets")
        ),
        (
            "{\"a\":{\"dtype\":\"U8\",\"offsets\":[0,1]}}", 1,
            .tensor("a", expected: "the keys dtype, shape and data_offsets, each once", found: "\"offsets\"")
        ),
        (
            "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0,
            .malformed(part: "safetensors metadata", expected: "each key once", found: "\"k\" twice")
        ),
        (
            "{\"__metadata__\":{\"k\":1}}", 0,
            .json(part: "safetensors header", .mismatch(offset: 21, expected: "a string", found: .number))
        ),
    ])
    func refusesByValue(header: String, data: Int, error: ModelFormatError) {
        #expect(throws: error) { try read(header, data: data) }
    }

    @Test func refusesUnknownTypesByName() {
        let error = #expect(throws: ModelFormatError.self) {
            try read("{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,1]}}", data: 1)
        }
        #expect(
            error?.description
                == "tensor \"a\": expected dtype BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, "
                + "I64, U64, found \"F4\"")
    }

    @Test func refusesHeadersThatClaimTooMuch() {
        let large: [UInt8] = [1, 0xE1, 0xF5, 5, 0, 0, 0, 0]
        #expect(
            throws: ModelFormatError.malformed(
                part: "safetensors header", expected: "at most 100000000 bytes", found: "100000001")
        ) { try SafeTensors(bytes: large) }
        #expect(throws: ModelFormatError.truncated(part: "safetensors file", expected: 100_000_000, found: 0)) {
            try SafeTensors(bytes: [0] + large.dropFirst())
        }
        #expect(throws: ModelFormatError.self) { try SafeTensors(bytes: [UInt8](repeating: 0xFF, count: 8)) }
    }

    @Test func acceptsPadding() throws { #expect(try read("{\(Self.first)}   ", data: 4).tensors.count == 1) }

    @Test func survivesDamage() throws {
        let bytes = try Fixtures.bytes("mixed.safetensors")
        Damage.truncations(of: bytes) { _ = try SafeTensors(bytes: $0) }
        Damage.mutations(of: bytes) { _ = try SafeTensors(bytes: $0) }
    }
}
