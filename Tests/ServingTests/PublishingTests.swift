import Dispatch
import Glibc
@testable import Serving
import Synchronization
import TestSupport
import Testing

struct PublishingTests {
    private let publisher = Publisher()

    @Test func aNewModelServesAtOnce() throws {
        let repository = try publisher.load()
        let path = publisher.bundle("b", "ok", golden: true)
        #expect(try repository.publish(path, as: "new") == 1)
        #expect(!publisher.bundles.has("b"))
        let status = try #require(repository.model(named: "new").first)
        #expect(status.state == .ready && status.isServing && status.labels == ["stable"])
        #expect(status.load?.goldenRows == 3)
        #expect(try repository.version(of: "new", label: "stable").number == 1)
        #expect(publisher.has("new/1/model.onnx") && publisher.has("new/labels.json"))
        #expect(!publisher.has("new/.labels.json.new"))
        #expect(try publisher.load().version(of: "new").number == 1)
    }

    @Test func behindTheGreatestNumberThereIsNoVersion() throws {
        publisher.models.write("ok", to: "m/9223372036854775807/model.onnx")
        let repository = try publisher.load()
        let error = #expect(throws: ServingError.self) { try publisher.publish(1, to: repository) }
        #expect(error?.description.contains("behind which there is no number") == true)
        #expect(try repository.version(of: "m").number == .max)
        #expect(publisher.bundles.has("bundle-1") && !publisher.has("m/.labels.json.new"))
    }

    @Test func theNextVersionTakesOverAndThePreviousOneStaysWarm() throws {
        publisher.models.write("ok", to: "m/4/model.onnx")
        let repository = try publisher.load()
        let first = try repository.version(of: "m")
        #expect(try publisher.publish(1, to: repository) == 5)
        #expect(try repository.offset() == 1)
        #expect(try repository.ready() == [4, 5])
        #expect(try repository.version(of: "m", 4) === first)
        #expect(try publisher.publish(2, to: repository) == 6)
        #expect(try repository.ready() == [5, 6])
        #expect(
            try repository.model(named: "m").first?.reason
                == "was unloaded, because neither the newest versions nor a label include it")
    }

    @Test func rollbackServesWhatServedBefore() throws {
        let repository = try publisher.load()
        for offset in 1...3 { _ = try publisher.publish(offset, to: repository) }
        let warm = try repository.version(of: "m", 2)
        #expect(try repository.rollback("m") == 2)
        #expect(try repository.version(of: "m") === warm)
        #expect(try repository.labels(of: "m").stable == 2)
        #expect(try repository.ready() == [1, 2, 3] || repository.ready() == [2, 3])
        // Version 1 is loaded again.
        #expect(try repository.rollback("m") == 1)
        #expect(try repository.offset() == 1)
        #expect(throws: ServingError.noEarlierVersion(model: "m", serving: 1)) { try repository.rollback("m") }
        #expect(try publisher.publish(4, to: repository) == 4)
        #expect(try repository.rollback("m") == 1)
        #expect(throws: ServingError.modelNotFound("x")) { try repository.rollback("x") }
    }

    @Test func rollbackOfWhatWasFoundOnDiskGoesToTheOlderVersion() throws {
        for number in 1...3 { publisher.models.write("plus \(number)", to: "m/\(number)/model.onnx") }
        let repository = try publisher.load()
        #expect(try repository.ready() == [3])
        #expect(try repository.rollback("m") == 2)
        #expect(try repository.offset() == 2)
        publisher.models.write("broken", to: "m/1/model.onnx")
        #expect(throws: ServingError.notReady(model: "m", version: 1, state: .failed, reason: "broken")) {
            try repository.rollback("m")
        }
        #expect(try repository.offset() == 2)
    }

    @Test func aRollbackOutlivesTheProcess() throws {
        let first = try publisher.load()
        for offset in 1...3 { _ = try publisher.publish(offset, to: first) }
        _ = try first.rollback("m")
        let second = try publisher.load()
        #expect(try second.version(of: "m").number == 2)
        #expect(try second.ready() == [1, 2])
        #expect(try second.labels(of: "m") == first.labels(of: "m"))
        // A version that is put there by hand afterwards is new, and serves.
        publisher.models.write("plus 4", to: "m/4/model.onnx")
        #expect(try publisher.load().version(of: "m").number == 4)
        publisher.models.write("broken", to: "m/4/model.onnx")
        #expect(try publisher.load().version(of: "m").number == 2)
        #expect(throws: ServingError.notReady(model: "m", version: 4, state: .failed, reason: "broken")) {
            try second.rescan("m")
        }
        #expect(try second.version(of: "m").number == 2)
        #expect(try second.model(named: "m").last?.reason == "broken")
    }

    @Test(arguments: [("lying", true), ("broken", false)])
    func aFailedPublishChangesNothing(text: String, golden: Bool) throws {
        let repository = try publisher.load()
        _ = try publisher.publish(1, to: repository)
        let before = (try repository.model(named: "m"), try repository.labels(of: "m"))
        let path = publisher.bundle("bad", text, golden: golden)
        for model in ["m", "new"] {
            let error = #expect(throws: ServingError.self) { try repository.publish(path, as: model) }
            #expect(error?.description.contains(golden ? "output.0[0, 0]: expected 5.0" : "broken") == true)
        }
        #expect(try repository.model(named: "m") == before.0)
        #expect(try repository.labels(of: "m") == before.1)
        #expect(repository.modelNames == ["m"])
        #expect(publisher.bundles.has("bad/model.onnx"))
        #expect(!publisher.has("m/2") && !publisher.has("new") && !publisher.has("m/.labels.json.new"))
        #expect(try publisher.publish(2, to: repository) == 2)
    }

    @Test func whatCannotBePublishedIsNamed() throws {
        publisher.models.write("ok", to: "flat/model.onnx")
        let repository = try publisher.load()
        let good = publisher.bundle("good", "ok")
        #expect(throws: ServingError.modelName("../m")) { try repository.publish(good, as: "../m") }
        #expect(throws: ServingError.file("bundle", reason: "No such file or directory")) {
            try repository.publish("/nowhere", as: "m")
        }
        let error = #expect(throws: ServingError.self) { try repository.publish(good, as: "flat") }
        #expect(error?.description == "flat: has its model file beside the versions to be; move that to flat/1 first")
        #expect(try repository.version(of: "flat").number == 1)
        publisher.bundles.link("good/link", to: "/etc/passwd")
        #expect(throws: ServingError.file("bundle/link", reason: "is neither a regular file nor a directory")) {
            try repository.publish(good, as: "m")
        }
        #expect(publisher.bundles.has("good/model.onnx") && !publisher.has("m"))
    }

    @Test func theModelsOwnSettingsHoldForWhatIsPublished() throws {
        publisher.models.write("ok", to: "m/1/model.onnx")
        publisher.models.write("[model]\nclass_names = [\"a\", \"b\", \"c\"]", to: "m/apus.toml")
        let repository = try publisher.load()
        _ = try publisher.publish(1, to: repository)
        #expect(try repository.version(of: "m").configuration.model.classNames == ["a", "b", "c"])
        publisher.models.write("[model]\nclass_names = [\"a\"]", to: "m/apus.toml")
        #expect(throws: ServingError.classNameCount(expected: "3", found: 1)) {
            try publisher.publish(2, to: repository)
        }
        #expect(try repository.version(of: "m").number == 2)
    }

    /// The disk is full when the labels are written.
    @Test func labelsThatCannotBeWrittenStopAPublish() throws {
        let repository = try publisher.load()
        _ = try publisher.publish(1, to: repository)
        publisher.models.makeDirectory("m/.labels.json.new")
        #expect(throws: ServingError.file("m/labels.json", reason: "Is a directory")) {
            try publisher.publish(2, to: repository)
        }
        #expect(publisher.bundles.has("bundle-2/model.onnx") && !publisher.has("m/2"))
        publisher.models.remove("m/.labels.json.new")
        #expect(try repository.ready() == [1])

        // The last step of all fails: what was moved is moved back.
        publisher.models.remove("m/labels.json")
        publisher.models.makeDirectory("m/labels.json")
        #expect(throws: ServingError.file("m/labels.json", reason: "Is a directory")) {
            try publisher.publish(2, to: repository)
        }
        #expect(publisher.bundles.has("bundle-2/model.onnx") && !publisher.has("m/2"))
        #expect(try repository.offset() == 1)
        #expect(throws: ServingError.file("m/labels.json", reason: "Is a directory")) {
            try repository.set(label: "canary", of: "m", to: 1)
        }
        #expect(try repository.labels(of: "m").versions == ["stable": 1])
        publisher.models.remove("m/labels.json")
        #expect(try publisher.publish(2, to: repository) == 2)
    }

    @Test func whatACrashLeftIsSweptAway() throws {
        publisher.models.write("half", to: ".staging/1-2/model.onnx")
        publisher.models.write("{}", to: "half/.labels.json.new")
        publisher.models.write("ok", to: "m/1/model.onnx")
        publisher.models.write("{", to: "m/.labels.json.new")
        let repository = try publisher.load()
        #expect(repository.modelNames == ["m"])
        #expect(!publisher.has(".staging/1-2") && !publisher.has("half"))
        #expect(try publisher.publish(1, to: repository) == 2)
        #expect(!publisher.has("m/.labels.json.new"))
    }

    @Test func aRollbackDoesNotWaitForWhatIsBeingPublished() throws {
        let gate = Gate()
        let repository = ModelRepository(
            configuration: .init(directory: publisher.models.path), engine: GatedEngine(gate: gate, text: "plus 3"))
        try repository.loadAll()
        for offset in 1...2 { _ = try publisher.publish(offset, to: repository) }
        let group = DispatchGroup()
        let published = Mutex<Int?>(nil)
        let publisher = publisher
        DispatchQueue(label: "publisher").async(group: group) { @Sendable in
            let number = try? publisher.publish(3, to: repository)
            published.withLock { $0 = number }
        }
        gate.waitForArrival()
        #expect(try repository.rollback("m") == 1)
        // Somebody copies a version into the directory meanwhile, so that the number has to be another one.
        publisher.models.write("plus 30", to: "m/3/model.onnx")
        gate.open()
        gate.waitForArrival()
        gate.open()
        group.wait()
        #expect(published.withLock { $0 } == 4)
        #expect(try repository.offset() == 3)
        #expect(try repository.model(named: "m").map(\.version) == [1, 2, 3, 4])
        #expect(try repository.rollback("m") == 1)
    }

    @Test func publishingHealsARefusedModel() throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        publisher.models.write("[x]", to: "m/apus.toml")
        publisher.models.makeDirectory("empty")
        let repository = try publisher.load()
        #expect(throws: ServingError.self) { try publisher.publish(2, to: repository) }
        publisher.models.remove("m/apus.toml")
        #expect(try publisher.publish(2, to: repository) == 2)
        #expect(try repository.model(named: "m").map(\.state) == [.unavailable, .ready])
        #expect(try repository.rollback("m") == 1)
        #expect(try publisher.publish(3, as: "empty", to: repository) == 1)
        #expect(try repository.offset("empty") == 3)
    }

    @Test func brokenLabelsRefuseTheModelByName() throws {
        publisher.models.write("ok", to: "m/1/model.onnx")
        publisher.models.write("{\"newest\": 1", to: "m/labels.json")
        let status = try #require(publisher.load().model(named: "m").first)
        #expect(status.state == .failed && status.reason.hasPrefix("m/labels.json: truncated"))
    }

    @Test func nothingIsPublishedAfterStop() throws {
        let repository = try publisher.load()
        repository.stop {}
        #expect(throws: ServingError.shuttingDown) { try publisher.publish(1, to: repository) }
        #expect(!publisher.has("m"))
    }

    private static let isSharedMemoryAnotherDevice: Bool = {
        var here = stat()
        var there = stat()
        return stat("/tmp", &here) == 0 && stat("/dev/shm", &there) == 0 && here.st_dev != there.st_dev
    }()

    @Test(.enabled(if: isSharedMemoryAnotherDevice))
    func bundlesOfAnotherDeviceAreCopied() throws {
        let publisher = Publisher(bundlesIn: "/dev/shm")
        let repository = try publisher.load()
        let path = publisher.bundle("b", "ok", golden: true)
        publisher.bundles.write("inner", to: "b/training/curves.svg")
        #expect(try repository.publish(path, as: "m") == 1)
        #expect(publisher.has("m/1/training/curves.svg") && publisher.has("m/1/golden.safetensors"))
        #expect(!publisher.bundles.has("b"))
        #expect(try publisher.publish(1, to: repository) == 2)

        publisher.models.remove("m/labels.json")
        publisher.models.makeDirectory("m/labels.json")
        #expect(throws: ServingError.self) { try publisher.publish(3, to: repository) }
        #expect(publisher.bundles.has("bundle-3/model.onnx") && !publisher.has("m/3"))
        #expect(try FileTree(path: publisher.models.path + "/.staging", name: "s").directories.isEmpty)
    }
}
