import Dispatch
import Synchronization
import TestSupport
import Testing

/// Both seed models on real digits, over HTTP.
@Suite(.serialized) struct DigitsTests {
    @Test(arguments: Digits.Model.allCases)
    func everyDigitIsAnsweredAsByTheReferenceHoweverItIsSent(model: Digits.Model) throws {
        let digits = try Digits(model)
        let api = try RunningAPI()
        let batch = try #require(Predictions(try api.client().post(digits.path, digits.body(0..<1000))))
        #expect(batch.rows.count == 1000)
        var (correct, largest) = (0, Float(0))
        for (digit, row) in batch.rows.enumerated() {
            for (value, expected) in zip(row, digits.reference[digit]) { largest = max(largest, abs(value - expected)) }
            if row.firstIndex(of: row.max() ?? 0) == digits.labels[digit] { correct += 1 }
        }
        #expect(largest < 1e-4)
        #expect(Double(correct) / 1000 == model.accuracy)

        let client = try api.client()
        for digit in 0..<1000 {
            let one = try #require(Predictions(client.post(digits.path, digits.body(digit..<(digit + 1)))))
            #expect(one.rows == [batch.rows[digit]])
        }
        #expect(try Self.mismatches(64, digits, api, expected: batch.rows) == 0)
    }

    /// Sends every digit once, over `connections` connections at once, in requests of one to three rows, and counts
    /// the answers that are not exactly those of the one big batch.
    private static func mismatches(
        _ connections: Int, _ digits: Digits, _ api: RunningAPI, expected: [[Float]]
    ) throws -> Int {
        let clients = try (0..<connections).map { _ in try api.client() }
        let wrong = Mutex(0)
        let answered = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: connections) { index in
            var digit = index * 1000 / connections
            let end = (index + 1) * 1000 / connections
            while digit < end {
                let range = digit..<min(end, digit + 1 + digit % 3)
                let rows = Predictions(clients[index].post(digits.path, digits.body(range)))?.rows
                if rows != Array(expected[range]) { wrong.withLock { $0 += 1 } }
                answered.withLock { $0 += rows?.count ?? 0 }
                digit = range.upperBound
            }
        }
        #expect(answered.withLock { $0 } == 1000)
        return wrong.withLock { $0 }
    }

    @Test func theExamplesAreSevens() throws {
        let api = try RunningAPI()
        for model in Digits.Model.allCases {
            let body = text(of: Repository.model(model.rawValue) + "/example.json")
            for path in ["/v1/models/\(model.rawValue)/predict", "/v1/models/\(model.rawValue):predict"] {
                // What `curl -d` sends.
                let fields = "Content-Type: application/x-www-form-urlencoded\r\n"
                let answer = try #require(Predictions(try api.client().post(path, body, fields: fields)))
                #expect(answer.classes == ["7"])
                #expect(answer.modelName == model.rawValue)
                #expect(answer.modelVersion == "1")
            }
        }
    }
}
