import Tensors
import Testing

@testable import ModelFormats

struct NpyTests {
    @Test func readsWhatNumPyWrites() throws {
        for name in ["float32.npy", "float32_version2.npy", "float32_version3.npy"] {
            let tensor = try NpyReader.tensor(path: Fixtures.path(name))
            #expect(tensor.shape == [2, 3])
            #expect(tensor.floats == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
        }
        let half = try NpyReader.tensor(path: Fixtures.path("float16.npy"))
        #expect(half.floats == [0, 1, -2, 65504, Float(Float16(6e-8)), .infinity])
        let double = try NpyReader.tensor(path: Fixtures.path("float64_big_endian.npy"))
        #expect(double.elements(as: Double.self) == [1.5, -1e300, .pi])
        let fortran = try NpyReader.tensor(path: Fixtures.path("int32_fortran.npy"))
        #expect(fortran.shape == [2, 3, 4])
        #expect(fortran.integers == Array(0..<24))
        let both = try NpyReader.tensor(path: Fixtures.path("int16_big_endian_fortran.npy"))
        #expect(both.integers == [0, 300, 600, 900, 1200, 1500])
        let flags = try NpyReader.tensor(path: Fixtures.path("bool.npy"))
        #expect(flags.dtype == .bool && flags.bytes == [1, 0, 1])
        let scalar = try NpyReader.tensor(path: Fixtures.path("scalar_int64.npy"))
        #expect(scalar.shape == [] && scalar.integers == [-7])
        #expect(try NpyReader.tensor(path: Fixtures.path("uint8_empty.npy")).shape == [0, 5])
    }

    @Test(arguments: ["float32.npy", "bool.npy", "scalar_int64.npy", "uint8_empty.npy"])
    func writesTheBytesNumPyWrites(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        #expect(NpyWriter.bytes(of: try NpyReader.tensor(from: bytes, name: name)) == bytes)
    }

    @Test(arguments: DType.allCases)
    func readsWhatItWrites(dtype: DType) throws {
        for shape in [[], [0], [7], [2, 3], [4, 1, 0, 2], Shape([Int](repeating: 1, count: 32))] as [Shape] {
            let bytes = (0..<(shape.elementCount * dtype.byteCount)).map { UInt8($0 & 1) }
            let tensor = ElementEncoding(dtype).tensor(from: bytes, 0..<bytes.count, shape: shape)
            let file = NpyWriter.bytes(of: tensor)
            #expect((file.count - bytes.count) % 64 == 0)
            let back = try NpyReader.tensor(from: file, name: "t")
            #expect(back.dtype == dtype && back.shape == shape && back.bytes == bytes)
        }
    }

    @Test(arguments: [
        ("objects.npy", "an array of Python objects (\"|O\")"), ("structured.npy", "a structured array"),
    ])
    func refusesByName(name: String, found: String) {
        #expect(
            throws: ModelFormatError.unsupported(
                part: "npy array \"\(name)\"", expected: "arrays of numbers are", found: found)
        ) { try NpyReader.tensor(path: Fixtures.path(name)) }
    }

    /// A file of version 1.0 with that header and data.
    private func file(_ header: String, _ data: [UInt8] = [], version: [UInt8] = [1, 0]) -> [UInt8] {
        let size = version[0] == 1 ? 2 : 4
        let count = (0..<size).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        return NpyReader.magic + version + count + Array(header.utf8) + data
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n",
        "{\"shape\":(1,),\"descr\":\"<f4\",\"fortran_order\":True}",
        "{ 'fortran_order' : False , 'shape' : ( 1 , ) , 'descr' : '<f4' , } \n",
    ])
    func readsHeadersInAnyOrder(header: String) throws {
        #expect(try NpyReader.tensor(from: file(header, [0, 0, 0x80, 0x3F]), name: "t").floats == [1])
    }

    @Test(arguments: [
        ("{'descr': '<f4', 'fortran_order': False}", "the keys descr, fortran_order and shape", "no shape"),
        ("{'descr': '<f4', 'descr': '<f4'}", "the keys descr, fortran_order and shape, each once", "\"descr\""),
        ("{'x': 1}", "the keys descr, fortran_order and shape, each once", "\"x\""),
        ("{'shape': (1)}", "a comma after the only element of a tuple", "\"}\""),
        ("{'shape': (-1,)}", "an integer", "\"-\""),
        ("{'shape': (99999999999999999999,)}", "an integer of 64 bits", "\"9\""),
        ("{'shape': [1]}", "\"(\"", "\"[\""),
        ("{'fortran_order': 0}", "True or False", "\"0\""),
        ("{'descr': 'a\u{7F}'}", "printable ASCII", "byte 127"),
        ("{'descr': 'a", "a closing quote", "the end"),
        ("{'descr' '<f4'}", "\":\"", "\"'\""),
        ("{} x", "the end", "\"x\""),
        ("[]", "\"{\"", "\"[\""),
        ("", "\"{\"", "the end"),
    ])
    func refusesHeaders(header: String, expected: String, found: String) {
        #expect(
            throws: ModelFormatError.malformed(part: "npy array \"t\" header", expected: expected, found: found)
        ) { try NpyReader.tensor(from: file(header), name: "t") }
    }

    @Test(arguments: ["<c8", "<f16", "|S3", "<U4", "<M8[s]", "=f4", "f4", "|i4", "", "<"])
    func refusesTypes(descr: String) {
        #expect(throws: ModelFormatError.self) {
            try NpyReader.tensor(
                from: file("{'descr': '\(descr)', 'fortran_order': False, 'shape': (0,), }"), name: "t")
        }
    }

    @Test func refusesLyingFiles() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }"
        #expect(
            throws: ModelFormatError.tensor(
                "t", expected: "8000000000000 bytes for shape [1000000, 1000000]", found: "8")
        ) { try NpyReader.tensor(from: file(header, [UInt8](repeating: 0, count: 8)), name: "t") }
        #expect(
            throws: ModelFormatError.unsupported(
                part: "npy array \"t\"", expected: "versions 1.0 to 3.0 are", found: "4.0")
        ) { try NpyReader.tensor(from: file(header, version: [4, 0]), name: "t") }
        #expect(
            throws: ModelFormatError.tooLarge(part: "npy array \"t\" header", byteCount: 65_537, limit: 65_536)
        ) { try NpyReader.tensor(from: NpyReader.magic + [2, 0, 1, 0, 1, 0], name: "t") }
    }

    @Test(arguments: ["float32.npy", "float32_version2.npy", "int32_fortran.npy"])
    func survivesDamage(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        Damage.truncations(of: bytes) { _ = try NpyReader.tensor(from: $0, name: "t") }
        Damage.mutations(of: bytes) { _ = try NpyReader.tensor(from: $0, name: "t") }
    }
}
