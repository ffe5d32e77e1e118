import Dispatch
import Graphs
@testable import Serving
import Synchronization
import Tensors
import TestSupport
import Testing

/// Models come and go on disk while a watcher looks.
struct RepositoryWatcherTests {
    private let publisher = Publisher()

    /// A repository that follows its directory, until the object goes.
    private final class Watched: Sendable {
        let repository: ModelRepository
        let watcher: RepositoryWatcher
        private let events: Events

        private final class Events: Sendable {
            let all = Mutex<[RepositoryWatcher.Event]>([])
            let arrived = DispatchSemaphore(value: 0)
        }

        convenience init(_ publisher: Publisher, _ mode: RepositoryWatcher.Mode) throws {
            try self.init(publisher.models.path, mode)
        }

        init(_ path: String, _ mode: RepositoryWatcher.Mode, engine: any ModelEngine = FakeEngine()) throws {
            repository = ModelRepository(configuration: .init(directory: path), engine: engine)
            var configuration = RepositoryWatcher.Configuration()
            configuration.mode = mode
            configuration.pollSeconds = 0.02
            configuration.settleSeconds = 0.05
            let events = Events()
            self.events = events
            watcher = RepositoryWatcher(repository, configuration) { event in
                events.all.withLock { $0.append(event) }
                events.arrived.signal()
            }
            try repository.loadAll()
            watcher.start()
        }

        deinit { watcher.stop() }

        /// Waits for events until the condition holds; false after 20 s without one.
        func wait(until condition: (ModelRepository) throws -> Bool) rethrows -> Bool {
            while try !condition(repository) {
                guard events.arrived.wait(timeout: .now() + 20) == .success else { return false }
            }
            return true
        }

        var reasons: [String] {
            events.all.withLock { all in
                all.compactMap { if case .followed(_, let reason?) = $0 { reason } else { nil } }
            }
        }

        var count: Int { events.all.withLock { $0.count } }
    }

    private func number(_ repository: ModelRepository, _ model: String = "m") -> Int? {
        try? repository.version(of: model).number
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func newVersionsServeAndRemovedOnesGo(mode: RepositoryWatcher.Mode) throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher, mode)
        publisher.models.write("plus 2", to: "m/2/model.onnx")
        #expect(watched.wait { number($0) == 2 })
        #expect(try watched.repository.offset() == 2)
        // Who has begun with a version ends with it.
        let old = try watched.repository.version(of: "m")
        publisher.models.remove("m/2")
        #expect(watched.wait { number($0) == 1 })
        #expect(watched.wait { (try? $0.model(named: "m").map(\.version)) == [1] })
        let answers = Answers()
        old.submit(try old.request(3, rows: 2), completion: answers.completion(3))
        #expect(answers.wait(for: 1))
        #expect(answers.response(3)?.outputs[0].floats == expectedAnswer(to: rows(of: 3, count: 2)).map { $0 + 2 })
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func modelsComeAndGo(mode: RepositoryWatcher.Mode) throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher, mode)
        publisher.models.write("plus 5", to: ".coming/1/model.onnx")
        publisher.models.rename(".coming", to: "new")
        #expect(watched.wait { number($0, "new") == 1 })
        publisher.models.remove("m")
        #expect(watched.wait { $0.modelNames == ["new"] })
        publisher.models.write("ok", to: "loose.onnx")
        #expect(watched.wait { $0.modelNames == ["loose.onnx", "new"] })
        publisher.models.remove("loose.onnx")
        #expect(watched.wait { $0.modelNames == ["new"] })
        publisher.models.remove("new/1")
        #expect(watched.wait { (try? $0.model(named: "new").first?.state) == .failed })
        #expect(number(watched.repository, "new") == nil)
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func whatIsRefusedIsNamedWhileTheOldOneServes(mode: RepositoryWatcher.Mode) throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher, mode)
        publisher.models.write("broken", to: "m/2/model.onnx")
        #expect(watched.wait { (try? $0.model(named: "m").last?.state) == .failed })
        #expect(number(watched.repository) == 1)
        let failed = try watched.repository.model(named: "m")[1]
        #expect(failed.reason == "broken" && failed.since > 1e9)
        // The files of the version that serves are overwritten with something that does not load.
        publisher.models.write("worse", to: "m/1/model.onnx")
        #expect(watched.wait { (try? $0.model(named: "m").first?.refusal?.reason) == "worse" })
        let status = try watched.repository.model(named: "m")[0]
        #expect(status.state == .ready && status.isServing)
        #expect(status.explanation.hasSuffix("was refused: worse"))
        #expect(try watched.repository.offset() == 1)
        publisher.models.write("plus 7", to: "m/1/model.onnx")
        #expect(watched.wait { (try? $0.offset()) == 7 })
        #expect(try watched.repository.model(named: "m")[0].refusal == nil)
        // A bad apus.toml changes nothing either.
        publisher.models.write("[batching]\nmax_batch_size = 0", to: "m/apus.toml")
        #expect(watched.wait { (try? $0.model(named: "m").first?.refusal?.reason.hasPrefix("apus.toml")) == true })
        publisher.models.write("[batching]\nmax_batch_size = 3", to: "m/apus.toml")
        #expect(watched.wait { (try? $0.version(of: "m").configuration.batching.maxBatchSize) == 3 })
        #expect(watched.reasons.contains("broken") && watched.reasons.contains("worse"))
    }

    @Test func halfACopyIsNeverRead() throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher, .inotify)
        publisher.models.makeDirectory("m/2")
        // Slower than a change must be over, as from a slow network.
        let file = publisher.models.open("m/2/model.onnx")
        for letter in "plus 2" {
            file.write(String(letter))
            DispatchSemaphore(value: 0).waitABit()
        }
        #expect(number(watched.repository) == 1)
        #expect(try watched.repository.model(named: "m").allSatisfy { $0.state != .failed })
        file.close()
        #expect(watched.wait { number($0) == 2 })
        #expect(watched.reasons.isEmpty)
    }

    @Test func whatIsHiddenOrUnloadedStaysSo() throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        publisher.models.write("plus 1", to: "n/1/model.onnx")
        let watched = try Watched(publisher, .inotify)
        try watched.repository.unload("n")
        publisher.models.write("plus 2", to: "m/.tmp-2/model.onnx")
        publisher.models.write("plus 2", to: ".tmp-x/1/model.onnx")
        publisher.models.write("plus 2", to: "n/2/model.onnx")
        #expect(watched.wait { (try? $0.model(named: "n").count) == 2 })
        #expect(number(watched.repository, "n") == nil)
        #expect(number(watched.repository) == 1 && watched.repository.modelNames == ["m", "n"])
        try watched.repository.load("n")
        #expect(number(watched.repository, "n") == 2)
    }

    @Test func withoutWatchingOnlyRequestsLook() throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher, .off)
        publisher.models.write("plus 2", to: "m/2/model.onnx")
        DispatchSemaphore(value: 0).waitABit()
        #expect(number(watched.repository) == 1 && watched.count == 0)
        try watched.repository.rescan("m")
        #expect(number(watched.repository) == 2)
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func everyNameOfADirectoryFollowsIt(mode: RepositoryWatcher.Mode) throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        publisher.models.link("alias", to: "m")
        // Neither takes the watch of the models directory away.
        publisher.models.link("circle", to: ".")
        publisher.models.link("m/1/up", to: "../..")
        let watched = try Watched(publisher, mode)
        publisher.models.write("plus 2", to: "m/2/model.onnx")
        #expect(watched.wait { number($0) == 2 && number($0, "alias") == 2 })
        publisher.models.write("plus 1", to: "new/1/model.onnx")
        #expect(watched.wait { number($0, "new") == 1 })
        // What only another name leads to by now is not watched for the first one's sake.
        publisher.models.remove("alias")
        publisher.models.link("alias", to: "new")
        #expect(watched.wait { number($0, "alias") == 1 })
        publisher.models.write("plus 5", to: "new/5/model.onnx")
        #expect(watched.wait { number($0, "new") == 5 && number($0, "alias") == 5 })
        #expect(number(watched.repository) == 2)
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func linksThatAreSwappedAreFollowed(mode: RepositoryWatcher.Mode) throws {
        // As Kubernetes shows a volume, and as others release.
        publisher.models.write("plus 1", to: "releases/1/..one/m/1/model.onnx")
        publisher.models.write("plus 2", to: "releases/1/..two/m/2/model.onnx")
        publisher.models.link("releases/1/..data", to: "..one")
        publisher.models.link("releases/1/m", to: "..data/m")
        publisher.models.write("plus 3", to: "releases/2/m/3/model.onnx")
        publisher.models.link("current", to: "releases/1")
        let watched = try Watched("\(publisher.models.path)/current", mode)
        #expect(number(watched.repository) == 1)
        publisher.models.link("releases/1/..new", to: "..two")
        publisher.models.rename("releases/1/..new", to: "releases/1/..data")
        #expect(watched.wait { number($0) == 2 })
        publisher.models.link("next", to: "releases/2")
        publisher.models.rename("next", to: "current")
        #expect(watched.wait { number($0) == 3 })
        publisher.models.write("plus 4", to: "current/m/4/model.onnx")
        #expect(watched.wait { number($0) == 4 })
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func whatServesGoesOnWhileTheModelsDirectoryIsAway(mode: RepositoryWatcher.Mode) throws {
        publisher.models.write("plus 1", to: "models/m/1/model.onnx")
        publisher.models.write("plus 1", to: "models/n/1/model.onnx")
        let watched = try Watched("\(publisher.models.path)/models", mode)
        publisher.models.rename("models", to: "away")
        DispatchSemaphore(value: 0).waitABit()
        #expect(throws: (any Error).self) { try watched.repository.rescan("m") }
        #expect(number(watched.repository) == 1 && watched.repository.modelNames == ["m", "n"])
        publisher.models.write("plus 2", to: "models/m/2/model.onnx")
        #expect(watched.wait { number($0) == 2 && $0.modelNames == ["m"] })
    }

    @Test(arguments: [RepositoryWatcher.Mode.inotify, .poll])
    func contentsThatChangeBehindAnOldTimeAreReadAgain(mode: RepositoryWatcher.Mode) throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        publisher.models.setTime(of: "m/1/model.onnx", to: 1_000_000)
        let watched = try Watched(publisher, mode)
        publisher.models.write("plus 7", to: "m/1/model.onnx")
        publisher.models.setTime(of: "m/1/model.onnx", to: 1_000_000)
        #expect(watched.wait { (try? $0.offset()) == 7 })
    }

    /// Cannot open files at first.
    private struct ShortEngine: ModelEngine {
        let reads = Counter()

        func readGraph(directory: String) throws(ServingError) -> Graph {
            guard reads.increment() > 2 else { throw .model("file \"model.onnx\" cannot be read: Too many open files") }
            return try FakeEngine().readGraph(directory: directory)
        }

        func compile(_ graph: Graph) throws(ServingError) -> any ServableModel { try FakeEngine().compile(graph) }
    }

    @Test func whatIsRefusedForAReasonThatPassesIsTriedAgain() throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher.models.path, .inotify, engine: ShortEngine())
        #expect(watched.wait { number($0) == 1 })
        #expect(watched.reasons.count == 1)
    }

    @Test func whatIsPublishedIsNotReadAgain() throws {
        publisher.models.write("plus 1", to: "m/1/model.onnx")
        let watched = try Watched(publisher, .inotify)
        #expect(try publisher.publish(2, to: watched.repository) == 2)
        let published = try watched.repository.version(of: "m")
        #expect(watched.wait { _ in watched.count > 0 })
        #expect(try watched.repository.version(of: "m") === published)
    }
}

extension DispatchSemaphore {
    /// Longer than the watchers of these tests wait for a change to be over.
    fileprivate func waitABit() { _ = wait(timeout: .now() + 0.15) }
}
