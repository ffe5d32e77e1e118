import FoundationEssentials
import JSON
import Testing

/// Any JSON value, decoded completely by the oracle.
private enum AnyValue: Decodable {
    case value

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            for key in object.allKeys { _ = try object.decode(AnyValue.self, forKey: key) }
        } else if var list = try? decoder.unkeyedContainer() {
            while !list.isAtEnd { _ = try list.decode(AnyValue.self) }
        } else {
            let single = try decoder.singleValueContainer()
            guard !single.decodeNil(), (try? single.decode(Bool.self)) == nil, (try? single.decode(String.self)) == nil
            else {
                self = .value
                return
            }
            _ = try single.decode(Double.self)
        }
        self = .value
    }
}

struct MutationTests {
    static let document =
        #"{"a": [1, -2.5e+3, 0.25], "b\n\u00e9": {"c": "x\\yé\ud83d\ude00", "d": [true, false, null]}, "e": []}"#

    private func accepts(_ bytes: [UInt8]) -> Bool {
        (try? validate(bytes)) != nil
    }

    private func oracleAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONDecoder().decode(AnyValue.self, from: Data(bytes))) != nil
    }

    @Test func everyTruncationIsRefused() {
        let bytes = Array(Self.document.utf8)
        #expect(accepts(bytes))
        for count in 0..<bytes.count {
            #expect(!accepts(Array(bytes[..<count])), "\(count) bytes")
        }
    }

    @Test func everyByteMutationHasTheOraclesVerdict() {
        let bytes = Array(Self.document.utf8)
        for position in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var mutated = bytes
                mutated[position] = value
                let text = String(decoding: mutated, as: UTF8.self)
                // JSONDecoder lets a comma before "]" pass; RFC 8259 §5 does not.
                let expected = oracleAccepts(mutated) && !text.contains(",]")
                #expect(accepts(mutated) == expected, "byte \(position) = \(value): \(text)")
            }
        }
    }

    @Test(
        arguments: [
            ([2, 2, 1], "[[[1.5,2e1],[-3,0.25]],[1,2,3,4],[[[1],[2]],[[3],[4]]]]"),
            ([nil, 1], " [ [ [1], [22.125] ], [1 , 2], [0.12345678,1E-2] ] "),
            ([1], "[1,[2],123456789012345678901234567]"),
        ] as [([Int?], String)])
    func tensorsWithEveryTruncationAndMutation(_ shape: [Int?], _ document: String) throws {
        _ = try readRows(document, shape)
        let bytes = Array(document.utf8)
        let end = (bytes.lastIndex(of: UInt8(ascii: "]")) ?? 0)
        for count in 0...end { #expect(!acceptsTensor(Array(bytes[..<count]), shape)) }
        for position in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var mutated = bytes
                mutated[position] = value
                // What the tensor reader takes must be JSON.
                if acceptsTensor(mutated, shape) { #expect(accepts(mutated), "byte \(position) = \(value)") }
            }
        }
    }

    private func acceptsTensor(_ bytes: [UInt8], _ shape: [Int?]) -> Bool {
        withExactBytes(bytes) { bytes in
            var reader = JSONReader(bytes)
            var tensor = TensorReader(field: "instances", sampleShape: shape)
            do {
                _ = try tensor.readRows(from: &reader, into: FloatBuffer(capacity: 1))
                try reader.finish()
                return true
            } catch let error {
                #expect(!String(describing: error).isEmpty)
                return false
            }
        }
    }
}
