import Tensors
import Testing

@testable import API

struct BinaryTensorTests {
    private func floats<Element: BitwiseCopyable>(_ elements: [Element], _ datatype: TensorDatatype) -> [Float] {
        elements.withUnsafeBytes { bytes in
            let storage = BinaryTensor.floats(bytes, datatype, count: elements.count)
            return (0..<elements.count).map { storage.floats[$0] }
        }
    }

    @Test func everyTypeIsRead() {
        #expect(floats([Float(1.5), -2], .fp32) == [1.5, -2])
        #expect(floats([1.5, 1e300], .fp64) == [1.5, .infinity])
        #expect(floats([Float16(0.5)], .fp16) == [0.5])
        #expect(floats([UInt16(0x3FC0)], .bf16) == [1.5])
        #expect(floats([UInt8(0), 1, 7], .bool) == [0, 1, 1])
        #expect(floats([UInt8(255)], .uint8) == [255])
        #expect(floats([Int8(-1)], .int8) == [-1])
        #expect(floats([UInt16(65_535)], .uint16) == [65_535])
        #expect(floats([Int16(-3)], .int16) == [-3])
        #expect(floats([UInt32.max], .uint32) == [4_294_967_296])
        #expect(floats([Int32.min], .int32) == [-2_147_483_648])
        #expect(floats([UInt64.max], .uint64) == [18_446_744_073_709_551_616])
        #expect(floats([Int64(-5)], .int64) == [-5])
    }

    @Test(
        arguments: [
            ([], 0, []), ([0, 0, 0, 0], 1, [""]), ([1, 0, 0, 0, 65, 0, 0, 0, 0], 2, ["A", ""]),
            ([1, 0, 0, 0], 1, nil), ([0, 0, 0], 0, nil), ([0, 0, 0, 0], 2, nil), ([0, 0, 0, 0, 0, 0, 0, 0], 1, nil),
            ([255, 255, 255, 255, 1], 1, nil),
        ] as [([UInt8], Int, [String]?)])
    func textsStandBehindTheirLength(bytes: [UInt8], count: Int, expected: [String]?) {
        let texts = bytes.withUnsafeBytes { BinaryTensor.texts($0, count: count) }
        #expect(texts?.map { String(decoding: $0, as: UTF8.self) } == expected)
        if let expected { #expect(BinaryTensor.bytes(of: expected) == bytes) }
    }

    @Test func outputsBecomeTheirOwnType() {
        let tensor = Tensor([-1, 0.9, 300, .nan, 1e30], shape: [5])
        #expect(BinaryTensor.bytes(of: tensor, .uint8) == [0, 0, 255, 0, 255])
        #expect(BinaryTensor.bytes(of: tensor, .int8) == [255, 0, 127, 0, 127])
        let wide = BinaryTensor.bytes(of: tensor, .int64)
        #expect(wide.count == 40 && wide.suffix(8) == [255, 255, 255, 255, 255, 255, 255, 127])
        let doubles = BinaryTensor.bytes(of: tensor, .fp64)
        #expect(doubles.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Double.self) } == 300)
    }

    @Test(arguments: TensorDatatype.allCases)
    func rangesHoldWhatTheTypeHolds(datatype: TensorDatatype) {
        guard let range = datatype.integerRange else { return }
        let tensor = Tensor([range.lowerBound, range.upperBound], shape: [2])
        let bytes = BinaryTensor.bytes(of: tensor, datatype)
        let back = bytes.withUnsafeBytes { BinaryTensor.floats($0, datatype, count: 2) }
        #expect(back.floats[0] == range.lowerBound && back.floats[1] == range.upperBound)
    }

    @Test(
        arguments: [
            (0, "0.000000"), (3.3, "3.300000"), (-0.25, "-0.250000"), (1e-7, "0.000000"), (123_456, "123456.000000"),
            (0.999_999_9, "1.000000"), (.nan, "nan"),
        ] as [(Float, String)])
    func scoresHaveSixDecimals(value: Float, text: String) {
        #expect(SixDecimals.text(of: value) == text)
    }
}
