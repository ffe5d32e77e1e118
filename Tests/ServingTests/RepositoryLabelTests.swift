@testable import Serving
import TestSupport
import Testing

struct RepositoryLabelTests {
    private let publisher = Publisher()

    @Test func aLabelNamesAVersionAndKeepsItLoaded() throws {
        let repository = try publisher.load()
        for offset in 1...2 { _ = try publisher.publish(offset, to: repository) }
        try repository.set(label: "canary", of: "m", to: 1)
        for offset in 3...5 { _ = try publisher.publish(offset, to: repository) }
        #expect(try repository.ready() == [1, 4, 5])
        #expect(try repository.version(of: "m", label: "canary").number == 1)
        #expect(try repository.model(named: "m").map(\.labels) == [["canary"], [], [], [], ["stable"]])
        #expect(try publisher.load().ready() == [1, 4, 5])
        try repository.remove(label: "canary", of: "m")
        #expect(try repository.ready() == [4, 5])
        #expect(
            throws: ServingError.labelNotFound(model: "m", label: "canary", known: ["stable"])
        ) { try repository.version(of: "m", label: "canary") }
        #expect(try repository.labels(of: "m").history.map(\.cause).suffix(2) == [.published, .removed])
    }

    @Test func aLabelLoadsAnOldVersion() throws {
        for number in 1...3 { publisher.models.write("plus \(number)", to: "m/\(number)/model.onnx") }
        publisher.models.write("broken", to: "m/2/model.onnx")
        let repository = try publisher.load()
        try repository.set(label: "old", of: "m", to: 1)
        #expect(try repository.ready() == [1, 3])
        #expect(throws: ServingError.notReady(model: "m", version: 2, state: .failed, reason: "broken")) {
            try repository.set(label: "old", of: "m", to: 2)
        }
        #expect(throws: ServingError.versionNotFound(model: "m", version: 9)) {
            try repository.set(label: "old", of: "m", to: 9)
        }
        #expect(throws: ServingError.modelNotFound("x")) { try repository.set(label: "old", of: "x", to: 1) }
        #expect(try repository.labels(of: "m").versions == ["old": 1, "stable": 3])
    }

    @Test func settingStableLetsAVersionServe() throws {
        let repository = try publisher.load()
        for offset in 1...3 { _ = try publisher.publish(offset, to: repository) }
        _ = try repository.rollback("m")
        try repository.set(label: "stable", of: "m", to: 3)
        #expect(try repository.offset() == 3)
        #expect(try repository.rollback("m") == 2)
        #expect(throws: ServingError.fixedLabel("stable")) { try repository.remove(label: "stable", of: "m") }
    }

    @Test func versionsAreLoadedAndUnloadedByNumber() throws {
        for number in 1...3 { publisher.models.write("plus \(number)", to: "m/\(number)/model.onnx") }
        let repository = try publisher.load()
        try repository.load("m", 1)
        #expect(try repository.ready() == [1, 3])
        for offset in 4...6 { _ = try publisher.publish(offset, to: repository) }
        #expect(try repository.ready() == [1, 5, 6])
        let inFlight = try repository.version(of: "m", 1)
        try repository.unload("m", 1)
        #expect(try repository.ready() == [5, 6])
        // Whoever has it may still use it.
        let answers = Answers()
        inFlight.submit(try inFlight.request(1, rows: 1), completion: answers.completion(1))
        #expect(answers.wait(for: 1) && answers.response(1) != nil)
        #expect(throws: ServingError.versionServes(model: "m", version: 6)) { try repository.unload("m", 6) }
        #expect(throws: ServingError.versionNotFound(model: "m", version: 9)) { try repository.unload("m", 9) }
        try repository.unload("m")
        #expect(
            throws: ServingError.notReady(
                model: "m", version: nil, state: .unavailable, reason: "was unloaded on request")
        ) { try repository.version(of: "m") }
        try repository.load("m")
        #expect(try repository.version(of: "m").number == 6)
    }

    @Test(arguments: ["x", "../m", "a/b", "", "no such model"])
    func namesOfNothingLeaveNothingBehind(name: String) throws {
        let repository = try publisher.load()
        #expect(throws: ServingError.modelNotFound(name)) { try repository.load(name) }
        #expect(throws: ServingError.modelNotFound(name)) { try repository.load(name, 1) }
        #expect(throws: ServingError.modelNotFound(name)) { try repository.unload(name) }
        #expect(throws: ServingError.modelNotFound(name)) { try repository.rollback(name) }
        #expect(throws: ServingError.modelNotFound(name)) { try repository.remove(label: "a", of: name) }
        #expect(throws: ServingError.modelNotFound(name)) { try repository.card(of: name, 1) }
        #expect(repository.modelNames.isEmpty && repository.changes.count == 0)
    }

    @Test func rescanFindsWhatIsNewAndForgetsWhatIsGone() throws {
        let repository = try publisher.load()
        #expect(throws: ServingError.modelNotFound("m")) { try repository.rescan("m") }
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        try repository.rescan("m")
        #expect(try repository.offset() == 1)
        publisher.models.write("plus 2", to: "m/2/model.onnx")
        publisher.models.write("broken", to: "m/3/model.onnx")
        // Whoever asks for what is on disk learns every time that it is not what serves.
        for _ in 0..<2 {
            let error = #expect(throws: ServingError.self) { try repository.rescan("m") }
            #expect(error?.description.hasPrefix("model \"m\" version 3 could not be loaded: ") == true)
        }
        #expect(try repository.offset() == 2)
        #expect(try repository.model(named: "m").map(\.state) == [.ready, .ready, .failed])
        publisher.models.write("[x]", to: "m/apus.toml")
        #expect(throws: ServingError.self) { try repository.rescan("m") }
        #expect(try repository.offset() == 2)
        publisher.models.remove("m/apus.toml")
        publisher.models.remove("m/3")
        publisher.models.remove("m/2")
        try repository.rescan("m")
        #expect(try repository.offset() == 1)
        publisher.models.remove("m")
        #expect(throws: ServingError.modelNotFound("m")) { try repository.rescan("m") }
        #expect(repository.modelNames.isEmpty)
    }
}
