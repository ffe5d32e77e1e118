@testable import Serving
import TestSupport
import Testing

struct VersionPolicyTests {
    private let publisher = Publisher()

    private func write(_ numbers: ClosedRange<Int>) {
        for number in numbers { publisher.models.write("plus \(number)", to: "m/\(number)/model.onnx") }
    }

    @Test(arguments: [
        ("", nil), ("policy = \"latest\"", VersionPolicy.latest(1)), ("count = 3", .latest(3)),
        ("policy = \"latest\"\ncount = 2", .latest(2)), ("policy = \"all\"", .all),
        ("numbers = [3, 1]", .specific([1, 3])), ("policy = \"specific\"\nnumbers = [2]", .specific([2])),
    ])
    func policiesAreRead(toml: String, policy: VersionPolicy?) throws {
        let configuration = try ModelConfiguration(toml: "[versions]\n" + toml)
        #expect(configuration.versions.policy == policy)
        #expect(configuration.versions.defaultLabel == "stable")
    }

    @Test(arguments: [
        ("policy = \"specific\"", "versions.numbers: expected the numbers of versions, such as [1, 3], got nothing"),
        ("numbers = [0]", "versions.numbers[0]: expected an integer in 1...9223372036854775807, got 0"),
        ("default = \"a b\"", "versions.default: expected a label of A-Z a-z 0-9 . _ -, got \"a b\""),
        ("policy = \"newest\"", "versions.policy: expected \"latest\" or \"all\" or \"specific\", got \"newest\""),
    ])
    func refusalsNameTheKey(toml: String, message: String) {
        let error = #expect(throws: ServingError.self) { try ModelConfiguration(toml: "[versions]\n" + toml) }
        #expect(error?.description == "apus.toml: " + message)
    }

    @Test func asManyOfTheNewestAsThePolicySays() throws {
        write(1...4)
        publisher.models.write("[versions]\ncount = 2", to: "m/apus.toml")
        let repository = try publisher.load()
        #expect(try repository.ready() == [3, 4])
        #expect(try repository.version(of: "m").number == 4)
        publisher.models.write("[versions]\npolicy = \"all\"", to: "m/apus.toml")
        try repository.rescan("m")
        #expect(try repository.ready() == [1, 2, 3, 4])
        publisher.models.write("[versions]\npolicy = \"latest\"", to: "m/apus.toml")
        try repository.rescan("m")
        #expect(try repository.ready().contains(4) && repository.ready().count < 4)
    }

    @Test func whatThePolicyDoesNotNameIsNotKeptForRollback() throws {
        write(1...3)
        let repository = try publisher.load()
        publisher.models.write("[versions]\nnumbers = [1]", to: "m/apus.toml")
        try repository.rescan("m")
        #expect(try repository.version(of: "m").number == 1)
        #expect(try repository.ready() == [1])
    }

    @Test func namedVersionsServeAndNoNewerOneTakesOver() throws {
        write(1...3)
        publisher.models.write("[versions]\nnumbers = [1, 2]", to: "m/apus.toml")
        let repository = try publisher.load()
        #expect(try repository.ready() == [1, 2])
        #expect(try repository.version(of: "m").number == 2)
        #expect(try repository.model(named: "m")[2].reason == "is not among the versions that the version policy names")
        // What is published is there, and does not serve.
        #expect(try publisher.publish(9, to: repository) == 4)
        #expect(try repository.version(of: "m").number == 2)
        #expect(try publisher.load().version(of: "m").number == 2)
        #expect(throws: ServingError.excludedByPolicy(model: "m", version: 3, allowed: [1, 2])) {
            try repository.set(label: "stable", of: "m", to: 3)
        }
        // By a label of its own it can be asked.
        try repository.set(label: "canary", of: "m", to: 4)
        #expect(try repository.version(of: "m", label: "canary").number == 4)
        #expect(try repository.rollback("m") == 1)
        #expect(throws: ServingError.noEarlierVersion(model: "m", serving: 1)) { try repository.rollback("m") }
    }

    @Test func aLabelCanBeTheDefault() throws {
        write(1...2)
        publisher.models.write("[versions]\ndefault = \"live\"", to: "m/apus.toml")
        let repository = try publisher.load()
        #expect(try repository.version(of: "m").number == 2)
        try repository.set(label: "live", of: "m", to: 1)
        #expect(try repository.version(of: "m").number == 1)
        #expect(try repository.model(named: "m").map(\.isServing) == [true, false])
        #expect(try repository.version(of: "m", label: "stable").number == 2)
        #expect(try repository.labels(of: "m").history.last?.label == "live")
        #expect(try publisher.load().version(of: "m").number == 1)
        try repository.remove(label: "live", of: "m")
        #expect(try repository.version(of: "m").number == 2)
    }
}
