import ONNXProtobuf
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

struct ONNXTensorReaderTests {
    private func read(
        _ type: Int32, _ dims: [Int64], directory: String? = nil, _ fill: (inout ONNXTensorProto) -> Void
    ) throws -> Tensor {
        var reader = ONNXTensorReader(externalData: directory.map { ONNXExternalData(directory: $0) })
        return try reader.tensor(ONNXBuilding.tensor("t", type: type, dims: dims, fill), name: "t")
    }

    private func raw<Element: BitwiseCopyable>(_ type: Int32, _ values: [Element]) throws -> Tensor {
        try read(type, [Int64(values.count)]) { $0.rawData = ONNXBuilding.raw(values) }
    }

    @Test func readsRawDataOfEveryType() throws {
        #expect(try raw(1, [1.5, -2] as [Float]).floats == [1.5, -2])
        #expect(try raw(10, [1.5, -2] as [Float16]).floats == [1.5, -2])
        #expect(try raw(11, [1.5, -2] as [Double]).floats == [1.5, -2])
        #expect(try raw(16, [0x3FC0, 0xC000] as [UInt16]).floats == [1.5, -2])
        #expect(try raw(2, [200] as [UInt8]).integers == [200])
        #expect(try raw(3, [-100] as [Int8]).integers == [-100])
        #expect(try raw(4, [60_000] as [UInt16]).integers == [60_000])
        #expect(try raw(5, [-30_000] as [Int16]).integers == [-30_000])
        #expect(try raw(6, [Int32.min]).integers == [Int(Int32.min)])
        #expect(try raw(7, [Int64.min]).integers == [.min])
        #expect(try raw(12, [UInt32.max]).integers == [Int(UInt32.max)])
        #expect(try raw(13, [UInt64.max]).elements(as: UInt64.self) == [.max])
        #expect(try raw(9, [0, 7] as [UInt8]).bytes == [0, 1])
    }

    @Test func readsTypedFieldsOfEveryType() throws {
        #expect(try read(1, [2, 1]) { $0.floatData = [1.5, -2] }.floats == [1.5, -2])
        #expect(try read(11, [2]) { $0.doubleData = [1.5, 1e-300] }.floats == [1.5, 0])
        #expect(try read(10, [2]) { $0.int32Data = [0x3E00, 0xC000] }.floats == [1.5, -2])
        #expect(try read(16, [2]) { $0.int32Data = [0x3FC0, 0xC000] }.floats == [1.5, -2])
        #expect(try read(2, [1]) { $0.int32Data = [200] }.integers == [200])
        #expect(try read(3, [1]) { $0.int32Data = [-100] }.integers == [-100])
        #expect(try read(4, [1]) { $0.int32Data = [60_000] }.integers == [60_000])
        #expect(try read(5, [1]) { $0.int32Data = [-30_000] }.integers == [-30_000])
        #expect(try read(6, []) { $0.int32Data = [.min] }.integers == [Int(Int32.min)])
        #expect(try read(7, [1]) { $0.int64Data = [.min] }.integers == [.min])
        #expect(try read(12, [1]) { $0.uint64Data = [UInt64(UInt32.max)] }.integers == [Int(UInt32.max)])
        #expect(try read(13, [1]) { $0.uint64Data = [.max] }.elements(as: UInt64.self) == [.max])
        #expect(try read(9, [3]) { $0.int32Data = [0, 1, -1] }.bytes == [0, 1, 1])
        #expect(try read(1, [0, 3]) { _ in }.shape == [0, 3])
    }

    @Test func refusesByValue() {
        let cases: [(Int32, [Int64], (inout ONNXTensorProto) -> Void, expected: String, found: String)] = [
            (1, [3], { $0.rawData = ONNXBuilding.raw([1, 2] as [Float]) }, "12 bytes for shape [3]", "8"),
            (1, [3], { $0.floatData = [1, 2] }, "3 elements for shape [3]", "2"),
            (1, [1_000_000, 1_000_000], { _ in }, "4000000000000 bytes for shape [1000000, 1000000]", "0"),
            (1, [-1], { _ in }, "dimensions of at least 0", "-1"),
            (1, [1], { $0.int32Data = [1] }, "float32 elements in float_data", "int32_data"),
            (
                1, [1],
                {
                    $0.floatData = [1]
                    $0.rawData = ONNXBuilding.raw([1] as [Float])
                }, "one field with data", "raw_data and float_data"
            ),
            (3, [1], { $0.int32Data = [128] }, "elements that fit int8", "128"),
            (10, [1], { $0.int32Data = [65_536] }, "elements that fit float16", "65536"),
            (12, [1], { $0.uint64Data = [1 << 32] }, "elements that fit uint32", "4294967296"),
            (8, [1], { _ in }, "numbers or booleans of at least 8 bits", "data type 8 (string)"),
            (0, [1], { _ in }, "numbers or booleans of at least 8 bits", "data type 0 (undefined)"),
            (99, [1], { _ in }, "numbers or booleans of at least 8 bits", "data type 99"),
            (1, [1], { $0.segment = .init() }, "a whole tensor", "a segment of one"),
            (1, [1], { $0.dataLocation = .external }, "elements inside the model file", "external data"),
        ]
        for (type, dims, fill, expected, found) in cases {
            #expect(throws: ModelFormatError.tensor("t", expected: expected, found: found)) {
                try read(type, dims, fill)
            }
        }
    }

    private func external(
        _ entries: [(String, String)], dims: [Int64] = [2], _ directory: TemporaryDirectory
    ) throws -> Tensor {
        try read(1, dims, directory: directory.path) {
            $0.dataLocation = .external
            $0.externalData = entries.map { entry in
                ONNXStringStringEntryProto.with {
                    $0.key = entry.0
                    $0.value = entry.1
                }
            }
        }
    }

    @Test func readsExternalData() throws {
        let directory = TemporaryDirectory()
        directory.write(Array(ONNXBuilding.raw([1, 2, 3] as [Float])), to: "weights.bin")
        let entries = [("location", "weights.bin"), ("offset", "4"), ("length", "8"), ("checksum", "x")]
        #expect(try external(entries, directory).floats == [2, 3])
        #expect(try external([entries[0]], directory).floats == [1, 2])
        #expect(try external([entries[0]], dims: [0], directory).floats == [])
    }

    @Test func refusesExternalDataByValue() {
        let directory = TemporaryDirectory()
        directory.write(Array(ONNXBuilding.raw([1, 2, 3] as [Float])), to: "w")
        let cases: [([(String, String)], expected: String, found: String)] = [
            ([], "a location of its external data", "none"),
            ([("location", "w"), ("offset", "8")], "external data inside \"w\", which has 12 bytes", "8 bytes from 8"),
            ([("location", "w"), ("offset", "-4")], "a number as offset of its external data", "\"-4\""),
            (
                [("location", "w"), ("offset", "99999999999999999999")], "a number as offset of its external data",
                "\"99999999999999999999\""
            ),
            (
                [("location", "w"), ("offset", "9223372036854775807")],
                "external data inside \"w\", which has 12 bytes", "8 bytes from 9223372036854775807"
            ),
            ([("location", "w"), ("length", "12")], "8 bytes of external data", "length 12"),
        ]
        for (entries, expected, found) in cases {
            #expect(throws: ModelFormatError.tensor("t", expected: expected, found: found)) {
                try external(entries, directory)
            }
        }
        #expect(throws: ModelFormatError.self) { try external([("location", "../w")], directory) }
        #expect(throws: ModelFormatError.self) { try external([("location", directory.path + "/w")], directory) }
        #expect(throws: ModelFormatError.self) {
            try external([("location", "w")], dims: [1 << 40], directory)
        }
    }

    @Test func aFileGivesOutNoMoreBytesThanItHas() throws {
        let directory = TemporaryDirectory()
        directory.write(Array(ONNXBuilding.raw([1, 2, 3] as [Float])), to: "w")
        var data = ONNXExternalData(directory: directory.path)
        let entries = [
            ONNXStringStringEntryProto.with {
                $0.key = "location"
                $0.value = "w"
            }
        ]
        #expect(try data.bytes(entries, byteCount: 8, tensor: "a").count == 8)
        #expect(
            throws: ModelFormatError.tensor(
                "b", expected: "external data of its own in \"w\"", found: "bytes of other tensors")
        ) { try data.bytes(entries, byteCount: 8, tensor: "b") }
    }
}
