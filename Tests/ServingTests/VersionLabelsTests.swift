import JSON
@testable import Serving
import Testing

struct VersionLabelsTests {
    /// Labels after these versions served one after the other.
    private func labels(served: Int...) -> VersionLabels {
        var labels = VersionLabels()
        for version in served { labels.serve(version, .published, time: Double(version)) }
        return labels
    }

    @Test func stableFollowsWhatServes() {
        let labels = labels(served: 1, 2, 2, 5)
        #expect(labels.stable == 5 && labels.newest == 5 && labels.served == [1, 2, 5])
        #expect(labels.history.map(\.version) == [1, 2, 2, 5])
    }

    @Test func rollbackGoesBackTheWayThatServed() {
        var labels = labels(served: 1, 3, 2, 4)
        #expect(labels.previous(among: [1, 2, 3, 4]) == 2)
        labels.rollBack(to: 2, time: 9)
        #expect(labels.stable == 2 && labels.newest == 4 && labels.served == [1, 3, 2])
        #expect(labels.previous(among: [1, 2, 3, 4]) == 3)
        #expect(labels.previous(among: [1, 2, 4]) == 1)
        #expect(labels.previous(among: [2, 4]) == nil)
        #expect(labels.history.last == LabelChange(label: "stable", version: 2, cause: .rolledBack, time: 9))
        labels.serve(5, .published, time: 10)
        #expect(labels.served == [1, 3, 2, 5])
    }

    @Test func withoutAHistoryRollbackGoesToTheNextOlderVersion() {
        var labels = labels(served: 7)
        #expect(labels.previous(among: [2, 5, 7, 8]) == 5)
        labels.rollBack(to: 5, time: 8)
        #expect(labels.served == [5] && labels.stable == 5)
        #expect(VersionLabels().previous(among: [1]) == nil)
    }

    @Test func newVersionsAreTriedFirstThenWhatServed() {
        #expect(VersionLabels().candidates(among: [1, 3, 2]) == [3, 2, 1])
        var labels = labels(served: 1, 2, 3)
        labels.rollBack(to: 2, time: 4)
        #expect(labels.candidates(among: [1, 2, 3]) == [2, 1, 3])
        #expect(labels.candidates(among: [1, 2, 3, 4, 5]) == [5, 4, 2, 1, 3])
        #expect(labels.candidates(among: [3]) == [3])
    }

    @Test func labelsAreSetAndRemoved() throws {
        var labels = labels(served: 1, 2)
        try labels.set("canary", to: 1, time: 3)
        #expect(labels.versions == ["stable": 2, "canary": 1])
        labels.remove("canary", time: 4)
        #expect(labels.versions == ["stable": 2])
        #expect(labels.history.suffix(2).map(\.cause) == [.set, .removed])
        #expect(throws: ServingError.labelName("a/b")) { try labels.set("a/b", to: 1, time: 5) }
        for number in 0..<64 { try labels.set("label\(number)", to: 1, time: 6) }
        #expect(throws: ServingError.tooManyLabels(limit: 64)) { try labels.set("one-more", to: 1, time: 7) }
        try labels.set("label7", to: 2, time: 8)
    }

    @Test func theHistoryIsBounded() {
        var labels = VersionLabels()
        for version in 1...1000 { labels.serve(version, .published, time: 0) }
        #expect(labels.history.count == 256 && labels.served.count == 256 && labels.served.last == 1000)
    }

    @Test func jsonKeepsAll() throws {
        var labels = labels(served: 1, 2, 3)
        try labels.set("canary", to: 3, time: 1.5e9 + 0.25)
        labels.rollBack(to: 2, time: 1.6e9)
        labels.remove("canary", time: 1.7e9)
        try labels.set("beta", to: 1, time: 1.8e9)
        #expect(try VersionLabels(json: JSONValue(parsing: labels.json.text)) == labels)
        #expect(try VersionLabels(json: VersionLabels().json) == VersionLabels())
    }

    @Test(arguments: [
        ("{}", "newest: expected a value, got none"),
        ("{\"newest\": -1}", "newest: expected an integer in 0...9223372036854775807, got -1"),
        ("{\"newest\": 1}", "labels: expected a value, got none"),
        ("{\"newest\": 1, \"labels\": {\"a b\": 1}}", "labels: expected names of A-Z a-z 0-9 . _ -, got \"a b\""),
        (
            "{\"newest\": 1, \"labels\": {\"a\": \"b\"}}",
            "labels.a: expected an integer in 1...9223372036854775807, got \"b\""
        ),
        (
            "{\"newest\": 1, \"labels\": {\"stable\": 1}}",
            "served: expected to end with the version that is labels.stable, got an empty list"
        ),
        (
            "{\"newest\": 1, \"labels\": {}, \"x\": 1}",
            "x: expected one of the members newest, served, labels, history, got an unknown one"
        ),
        (
            "{\"newest\": 1, \"labels\": {}, \"history\": [{\"label\": \"a\", \"cause\": \"b\"}]}",
            "history[0].cause: expected \"published\" or \"rolled_back\" or \"set\" or \"removed\" or \"found\", got \"b\""
        ),
    ])
    func badDocumentsAreRefused(text: String, reason: String) throws {
        let value = try JSONValue(parsing: text)
        let error = #expect(throws: FieldError.self) { try VersionLabels(json: value) }
        #expect(error?.description == reason)
    }
}
