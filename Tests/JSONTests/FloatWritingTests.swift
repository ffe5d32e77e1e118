@testable import JSON
import Testing

struct FloatWritingTests {
    private func written(_ value: Float, _ policy: JSONWriter.NonFinitePolicy = .null) -> String {
        var writer = JSONWriter(nonFinitePolicy: policy)
        writer.append(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The digits without sign, point, exponent and zeros at either end: what "shortest" is about.
    private func significantDigits(_ text: String) -> String {
        let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber)
        let trimmed = mantissa.drop { $0 == "0" }
        return String(trimmed.reversed().drop { $0 == "0" }.reversed())
    }

    @Test func digitsAreThoseOfDescription() {
        var random = SeededGenerator(state: 5)
        var wrong: [Float] = []
        for _ in 0..<1_000_000 {
            let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
            guard value.isFinite else { continue }
            let text = written(value)
            if Float(text)?.bitPattern != value.bitPattern || digits(text) != digits(value.description) {
                wrong.append(value)
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    /// As `significantDigits`, on bytes, for a million numbers: digits without zeros at either end, as one integer.
    private func digits(_ text: String) -> UInt64 {
        var value: UInt64 = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "e") { break }
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { value = value * 10 + UInt64(byte - 48) }
        }
        while value > 0, value % 10 == 0 { value /= 10 }
        return value
    }

    @Test func everyPowerOfTwoAndItsNeighboursRoundTrip() {
        for exponent in 0..<255 {
            for offset in [-1, 0, 1, 2] {
                let bits = UInt32(max(0, exponent << 23 + offset))
                let value = Float(bitPattern: bits)
                guard value.isFinite else { continue }
                #expect(Float(written(value))?.bitPattern == bits)
                #expect(significantDigits(written(value)) == significantDigits(value.description))
            }
        }
    }

    @Test(
        arguments: [
            (0, "0.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1, "1.0"), (-1.5, "-1.5"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"),
            (0.0001, "0.0001"), (0.00001, "1e-5"), (255, "255.0"), (16_777_216, "16777216.0"), (1e8, "100000000.0"),
            (1e9, "1e9"), (1.25e10, "1.25e10"), (3.402_823_5e38, "3.4028235e38"),
            (0.329_411_8, "0.3294118"), (123_456.7, "123456.7"), (-1.234_567_9e-37, "-1.2345679e-37"),
        ] as [(Float, String)])
    func format(_ value: Float, _ text: String) {
        #expect(written(value) == text)
    }

    @Test func leastDenormal() {
        #expect(written(.leastNonzeroMagnitude) == "1e-45")
        #expect(written(.leastNormalMagnitude) == "1.1754944e-38")
    }

    @Test func notFinite() {
        #expect([Float.nan, .infinity, -.infinity].map { written($0) } == ["null", "null", "null"])
        #expect([Float.nan, .infinity, -.infinity].map { written($0, .token) } == ["NaN", "Infinity", "-Infinity"])
    }
}
