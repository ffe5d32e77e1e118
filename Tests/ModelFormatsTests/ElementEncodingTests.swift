import Glibc
import Tensors
import Testing

@testable import ModelFormats

struct ElementEncodingTests {
    /// IEEE 754-2019 §3.4 by arithmetic: 1 sign bit, `exponentBits` exponent bits, the rest significand.
    private func value(of bits: UInt16, exponentBits: Int) -> Double {
        let significandBits = 15 - exponentBits
        let bias = (1 << (exponentBits - 1)) - 1
        let sign = bits >> 15 == 1 ? -1.0 : 1.0
        let exponent = Int(bits >> UInt16(significandBits)) & ((1 << exponentBits) - 1)
        let fraction = Double(Int(bits) & ((1 << significandBits) - 1)) * exp2(Double(-significandBits))
        if exponent == (1 << exponentBits) - 1 { return fraction == 0 ? sign * .infinity : .nan }
        return exponent == 0
            ? sign * fraction * exp2(Double(1 - bias)) : sign * (1 + fraction) * exp2(Double(exponent - bias))
    }

    @Test(arguments: [(ElementEncoding.float16, 5), (.bfloat16, 8)])
    func convertsEveryShortFloat(encoding: ElementEncoding, exponentBits: Int) {
        let patterns = (0...UInt16.max).map { $0 }
        let bytes = patterns.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let swapped = patterns.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let expected = patterns.map { Float(value(of: $0, exponentBits: exponentBits)) }
        let tensor = encoding.tensor(from: bytes, 0..<bytes.count, shape: [65_536])
        let fromBigEndian = encoding.tensor(from: swapped, 0..<swapped.count, shape: [65_536], bigEndian: true)
        for result in [tensor.floats, fromBigEndian.floats] {
            #expect(zip(result, expected).allSatisfy { $0 == $1 && $0.sign == $1.sign || $0.isNaN && $1.isNaN })
        }
    }

    /// All 256 of both, by the formula of their paper.
    @Test(arguments: [(ElementEncoding.float8e5m2, 5), (.float8e4m3, 4)])
    func convertsEveryFloatOfEightBits(encoding: ElementEncoding, exponentBits: Int) {
        let fractionBits = 7 - exponentBits
        let tensor = encoding.tensor(from: (0...255).map { UInt8($0) }, 0..<256, shape: [256])
        for (bits, found) in tensor.floats.enumerated() {
            let (exponent, fraction) = (
                bits >> fractionBits & ((1 << exponentBits) - 1), bits & ((1 << fractionBits) - 1)
            )
            let bias = (1 << (exponentBits - 1)) - 1
            let isLast = exponent == (1 << exponentBits) - 1
            let isNaN = isLast && (encoding == .float8e5m2 ? fraction != 0 : fraction == 7)
            let significand = Double(fraction) / exp2(Double(fractionBits)) + (exponent == 0 ? 0 : 1)
            var value = significand * exp2(Double(max(exponent, 1) - bias))
            if isLast, encoding == .float8e5m2 { value = .infinity }
            #expect(isNaN ? found.isNaN : found == Float(bits > 127 ? -value : value), "\(bits)")
        }
    }

    @Test(arguments: ElementEncoding.allCases)
    func readsBothByteOrders(encoding: ElementEncoding) {
        var random = RandomSource(seed: 3)
        let bytes = (0..<(6 * encoding.byteCount)).map { _ in UInt8.random(in: 0...1, using: &random) }
        let width = encoding.byteCount
        let swapped = stride(from: 0, to: bytes.count, by: width).flatMap { bytes[$0..<($0 + width)].reversed() }
        let little = encoding.tensor(from: bytes, 0..<bytes.count, shape: [2, 3])
        let big = encoding.tensor(from: [9] + swapped, 1..<(bytes.count + 1), shape: [2, 3], bigEndian: true)
        #expect(little.dtype == encoding.dtype)
        #expect(little.bytes == big.bytes)
        if encoding.byteCount == encoding.dtype.byteCount { #expect(little.bytes == bytes) }
    }

    @Test func booleansAreZeroOrOne() {
        let tensor = ElementEncoding.bool.tensor(from: [0, 1, 2, 255], 0..<4, shape: [4])
        #expect(tensor.bytes == [0, 1, 1, 1])
    }

    @Test(arguments: [[], [5], [2, 3], [2, 3, 4], [3, 1, 2, 2], [2, 0, 3]] as [[Int]])
    func transposesLikeIndices(dimensions: [Int]) {
        let shape = Shape(dimensions)
        let result = Tensor((0..<shape.elementCount).map { $0 }, shape: shape).transposed()
        #expect(result.shape.dimensions == dimensions.reversed())
        for (place, value) in (result.integers ?? []).enumerated() {
            let index = zip(result.shape.strides, result.shape.dimensions).map { place / $0 % $1 }
            #expect(value == zip(index.reversed(), shape.strides).reduce(0) { $0 + $1.0 * $1.1 })
        }
    }

    @Test func refusesSizesThatOverflow() {
        #expect(throws: ModelFormatError.tensor("t", expected: "dimensions of at least 0", found: "-1")) {
            try Shape(checking: [2, -1], width: 4, tensor: "t")
        }
        let huge = [Int64](repeating: 1 << 31, count: 3)
        #expect(throws: ModelFormatError.tensor("t", expected: "a size that fits memory", found: "dimensions \(huge)"))
        {
            try Shape(checking: huge, width: 4, tensor: "t")
        }
        // A dimension of 0 makes the size 0, but the strides would overflow all the same.
        #expect(throws: ModelFormatError.self) { try Shape(checking: [0] + huge, width: 4, tensor: "t") }
        #expect(throws: ModelFormatError.tensor("t", expected: "at most 64 dimensions", found: "65")) {
            try Shape(checking: [Int64](repeating: 1, count: 65), width: 4, tensor: "t")
        }
        #expect(throws: ModelFormatError.tensor("t", expected: "24 bytes for shape [2, 3]", found: "23")) {
            try Shape(checking: [2, 3], width: 4, byteCount: 23, tensor: "t")
        }
    }
}
