import Dispatch
import Graphs
@testable import Serving
import Synchronization
import TestSupport
import Testing

/// Models that take a hundred bytes each, as far as they say.
private struct HundredByteEngine: ModelEngine {
    func readGraph(directory: String) throws(ServingError) -> Graph { try FakeEngine().readGraph(directory: directory) }

    func compile(_ graph: Graph) throws(ServingError) -> any ServableModel {
        var model = FakeModel()
        model.weightByteCount = graph.name == "plus 1000" ? 1000 : 100
        return model
    }
}

struct MemoryBudgetTests {
    private let models = TemporaryDirectory()

    private func load(budget: Int?) throws -> ModelRepository {
        var configuration = ModelRepository.Configuration(directory: models.path)
        configuration.memoryBudget = budget
        let clock = Counter()
        // Every look at the clock is later than the one before.
        let repository = ModelRepository(
            configuration: configuration, engine: HundredByteEngine(),
            clock: MonotonicClock { UInt64(clock.increment()) })
        try repository.loadAll()
        return repository
    }

    private func write(_ names: [String]) { for name in names { models.write("ok", to: "\(name)/1/model.onnx") } }

    private func ask(_ repository: ModelRepository, _ name: String) throws {
        let answers = Answers()
        let version = try repository.version(of: name)
        version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
        #expect(answers.wait(for: 1))
    }

    private func revive(_ repository: ModelRepository, _ name: String) -> Result<ModelVersion, ServingError>? {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<ModelVersion, ServingError>?>(nil)
        repository.revive(name, 1) { found in
            result.withLock { $0 = found }
            done.signal()
        }
        #expect(done.wait(timeout: .now() + 60) == .success)
        return result.withLock { $0 }
    }

    private func loaded(_ repository: ModelRepository) -> Set<String> {
        Set(repository.loadedVersions.map(\.modelName))
    }

    @Test func whatNobodyAskedForTheLongestGoesFirst() throws {
        write(["a", "b", "c"])
        let repository = try load(budget: 330)
        #expect(loaded(repository) == ["a", "b", "c"])
        #expect(repository.memoryBytes == 300)
        for name in ["b", "a", "c"] { try ask(repository, name) }
        write(["d"])
        try repository.load("d")
        #expect(loaded(repository) == ["a", "c", "d"])
        #expect(throws: ServingError.evicted(model: "b", version: 1)) { try repository.version(of: "b") }
        let status = try repository.model(named: "b")[0]
        #expect(status.state == .unavailable && status.reason.contains("memory budget"))
        // A request for it brings it back, and what is now the oldest goes.
        #expect(try revive(repository, "b")?.get().modelName == "b")
        #expect(loaded(repository) == ["b", "c", "d"])
        #expect(try repository.version(of: "b").number == 1)
        #expect(try repository.labels(of: "b").history.count == 1)
    }

    @Test func atTheStartModelsAreLoadedUntilTheBudgetIsUsedUp() throws {
        write((0..<20).map { "m\($0)" })
        let repository = try load(budget: 550)
        #expect((1...5).contains(loaded(repository).count))
        let waiting = repository.index().filter { $0.state == .unavailable }
        #expect(waiting.count == 20 - loaded(repository).count)
        #expect(waiting.allSatisfy { $0.reason.contains("memory budget") })
        for status in waiting {
            #expect(try revive(repository, status.model)?.get().modelName == status.model)
            #expect(repository.memoryBytes <= 550)
        }
    }

    @Test func whatIsRefusedHasNobodyUnloaded() throws {
        write(["a", "b"])
        let repository = try load(budget: 250)
        // Larger than all that may be loaded, and than what is left.
        models.write("broken" + String(repeating: " ", count: 400), to: "bad/1/model.onnx")
        #expect(throws: ServingError.self) { try repository.load("bad") }
        models.write("broken" + String(repeating: " ", count: 200), to: "worse/1/model.onnx")
        #expect(throws: ServingError.self) { try repository.load("worse") }
        models.write("plus 1000", to: "large/1/model.onnx")
        #expect(throws: ServingError.self) { try repository.load("large") }
        #expect(loaded(repository) == ["a", "b"])
        // The same when it is published.
        models.write("plus 1000", to: ".bundle/model.onnx")
        #expect(throws: ServingError.memoryBudget(needed: 1000, limit: 250)) {
            try repository.publish("\(models.path)/.bundle", as: "new")
        }
        #expect(loaded(repository) == ["a", "b"] && models.has(".bundle") && !models.has("new"))
    }

    @Test func oneThatNeverFitsIsRefused() throws {
        write(["a"])
        let repository = try load(budget: 500)
        models.write("plus 1000", to: "big/1/model.onnx")
        #expect(throws: ServingError.memoryBudget(needed: 1000, limit: 500)) { try repository.load("big") }
        #expect(try repository.model(named: "big")[0].state == .failed)
    }

    @Test func whoWaitsForTheSameVersionWaitsForOneLoad() throws {
        write(["a"])
        let repository = try load(budget: 150)
        write(["b"])
        try repository.load("b")
        #expect(loaded(repository) == ["b"])
        let group = DispatchGroup()
        let versions = Mutex<[ObjectIdentifier]>([])
        for _ in 0..<50 {
            group.enter()
            repository.revive("a", 1) { result in
                if let version = try? result.get() { versions.withLock { $0.append(ObjectIdentifier(version)) } }
                group.leave()
            }
        }
        #expect(group.wait(timeout: .now() + 60) == .success)
        let found = versions.withLock { $0 }
        #expect(found.count == 50 && Set(found).count == 1)
    }

    @Test func whatSomebodyUnloadedIsNotRevived() throws {
        write(["a"])
        let repository = try load(budget: 150)
        write(["b"])
        try repository.load("b")
        try repository.unload("a")
        #expect(
            throws: ServingError.notReady(
                model: "a", version: nil, state: .unavailable, reason: "was unloaded on request")
        ) { try repository.version(of: "a") }
    }

    @Test func withoutABudgetAllStay() throws {
        write((0..<20).map { "m\($0)" })
        #expect(try loaded(load(budget: nil)).count == 20)
    }
}
