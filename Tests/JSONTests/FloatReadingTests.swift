import Glibc
@testable import JSON
import Testing

struct FloatReadingTests {
    /// Reads all numbers twice, through the loop over a list and one by one, and compares both with strtof.
    private func expectExact(_ texts: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let document = "[" + texts.joined(separator: ",") + "]"
        let expected = texts.map { strtof($0, nil).bitPattern }
        let (listed, single) = try reading(document) { reader in
            let buffer = FloatBuffer()
            var tensor = TensorReader(field: "x", sampleShape: [nil])
            var copy = reader
            try tensor.readTensor(from: &reader, into: buffer)
            var single: [UInt32] = []
            try copy.beginArray()
            while try copy.nextElement() { single.append(try copy.readFloat().bitPattern) }
            return (buffer.elements.map(\.bitPattern), single)
        }
        let wrong = texts.indices.filter { listed[$0] != expected[$0] || single[$0] != expected[$0] }
        #expect(wrong.isEmpty, "\(wrong.prefix(5).map { texts[$0] })", sourceLocation: sourceLocation)
    }

    private func isInRange(_ text: String) -> Bool { strtof(text, nil).isFinite }

    @Test func randomDecimalsAreExact() throws {
        var random = SeededGenerator(state: 1)
        var texts: [String] = []
        while texts.count < 120_000 {
            var text = Bool.random(using: &random) ? "-" : ""
            let leading = Int.random(in: 0...12, using: &random)
            text += leading == 0 ? "0" : String(UInt64.random(in: 1...9, using: &random))
            for _ in 0..<max(0, leading - 1) { text += String(Int.random(in: 0...9, using: &random)) }
            let fraction = Int.random(in: 0...24, using: &random)
            if fraction > 0 { text += "." }
            for _ in 0..<fraction { text += String(Int.random(in: 0...9, using: &random)) }
            if Bool.random(using: &random) { text += "e\(Int.random(in: -60...38, using: &random))" }
            if isInRange(text) { texts.append(text) }
        }
        try expectExact(texts)
    }

    @Test func randomBitPatternsAreExact() throws {
        var random = SeededGenerator(state: 2)
        let floats = (0..<60_000).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)) }
        try expectExact(floats.filter(\.isFinite).flatMap { [$0.description, Double($0).description] })
    }

    @Test func halfwayCasesRoundToEven() throws {
        var random = SeededGenerator(state: 3)
        var texts: [String] = []
        for _ in 0..<20_000 {
            let bits = UInt32.random(in: 0..<0x7F7F_FFFF, using: &random)
            let middle = (Double(Float(bitPattern: bits)) + Double(Float(bitPattern: bits + 1))) / 2
            let exact = BigDecimal(middle).description  // every digit of the exact halfway point
            texts += [exact, exact.replacingLastDigit(by: -1), exact + (exact.contains(".") ? "00001" : ".00001")]
        }
        try expectExact(texts)
    }

    @Test(arguments: [
        "0", "-0", "0.0", "-0.0", "0e99", "0.000e-999999999999999999999", "1e-46", "1e-45", "7e-46", "7.1e-46",
        "1.4012984643248170709237295832899e-45", "1.1754943508222875e-38", "1.1754942e-38", "3.4028235e38",
        "340282356779733661637539395458142568447", "16777217", "16777219", "33554435", "9007199254740993",
        "18446744073709551615", "18446744073709551616", "99999999999999999999", "0.1", "1e0", "1E+2", "1e-2",
        "0.00000000000000000000000000000000000000000000000123456789012345678901234567890e47",
        "1234567890123456789012345678901234567890e-20", "1e-99999999999999999999", "123456789012345678.25",
    ])
    func corners(_ text: String) throws {
        try expectExact([text, text + "   "])
    }

    @Test func longDigitStringsAreExact() throws {
        var random = SeededGenerator(state: 4)
        for length in [20, 21, 40, 127, 128, 200, 1000, 5000] {
            let digits = (0..<length).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            try expectExact([
                "0." + digits, "1." + digits, "0.\(String(repeating: "0", count: length))1e\(length)",
                "1" + digits + "e-\(length)", "0.5" + String(repeating: "0", count: length) + "1",
            ])
        }
    }

    @Test(arguments: [
        "0.0000000000000000000000000000000000000000000007006492321624085354618647916449580656401309"
            + "70938257885878534141944895541342930300743319094181060791015625",
        "0.0000000000000000000000000000000000000000000007006492321624085354618647916449580656401309"
            + "709382578858785341419448955413429303007433190941810607910156251",
        "0.0000000000000000000000000000000000000000000007006492321624085354618647916449580656401309"
            + "709382578858785341419448955413429303007433190941810607910156249999999999999999999999999999"
            + "9999999999999999999999",
        "0.7006492321624085354618647916449580656401309709382578858785341419448955413429303007433190"
            + "94181060791015625000000000000000000000000000000000000000000000e-45",
        "0.0000000000000000000000000000000000000000000021019476964872256063855943749348741969203929"
            + "12814773657635602425834686624028790902229957282543182373046875",
        "340282356779733661637539395458142568447.9999",
        "-340282356779733661637539395458142568447.99999999",
    ])
    func moreDigitsThanFitAtTheEndsOfTheRange(_ text: String) throws {
        try expectExact([text, "-" + text].filter { !$0.hasPrefix("--") })
    }

    @Test(arguments: [
        "340282356779733661637539395458142568448",
        "340282356779733661637539395458142568448.0001",
        "340282356779733661637539395458142568448.00000000000000000000000000000000000000000000000000",
        "340282356779733661637539395458142568449",
    ])
    func halfwayToInfinityAndBeyondIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try reading(text) { try $0.readFloat() } }
        #expect(throws: TensorJSONError.self) { try readRows("[[1,\(text)]]", [2]) }
    }

    @Test func doublesThatUnderflowAreZero() throws {
        #expect(try reading("1e-400") { try $0.readDouble() } == 0)
        #expect(try reading("4.9e-324") { try $0.readDouble() } == Double.leastNonzeroMagnitude)
        #expect(try reading("0.1") { try $0.readDouble() } == 0.1)
    }

    @Test func powersOfFiveMatchBigIntegers() {
        let words = PowersOfFiveOracle.words(from: PowersOfFive.smallestExponent, to: PowersOfFive.largestExponent)
        #expect(PowersOfFive.words == words)
    }
}

extension String {
    /// A neighbour of a decimal: its last digit moved by one.
    fileprivate func replacingLastDigit(by step: Int) -> String {
        guard let last, let digit = last.wholeNumberValue, digit + step >= 0 else { return self }
        return String(dropLast()) + String(digit + step)
    }
}
