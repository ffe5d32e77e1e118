import Dispatch
import Glibc
@testable import Serving
import Tensors
import TestSupport
import Testing

/// The process is killed at some moment while it publishes one version after another: what is on disk is whole.
@Suite(.serialized) struct PublishingCrashTests {
    private static let count = 40
    /// A bundle is moved within a device, and copied from another one.
    private static let places = ["/tmp"] + (access("/dev/shm", W_OK) == 0 ? ["/dev/shm"] : [])

    @Test(arguments: places, 0..<12)
    func everyVersionIsWhole(place: String, round: Int) async throws {
        let publisher = Publisher(bundlesIn: place)
        for number in 1...Self.count { _ = publisher.bundle("\(number)", "plus \(number)", golden: false) }
        let (models, bundles) = (publisher.models.path, publisher.bundles.path)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [models = models as String, bundles = bundles as String, round = round as Int] in
            var random = RandomSource(seed: UInt64(round))
            let delay = Int.random(in: 0..<150_000, using: &random)
            let repository = ModelRepository(configuration: .init(directory: models), engine: FakeEngine())
            try repository.loadAll()
            DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(delay)) { kill(getpid(), SIGKILL) }
            for number in 1...Self.count {
                _ = try repository.publish("\(bundles)/\(number)", as: number.isMultiple(of: 3) ? "b" : "a")
                if number.isMultiple(of: 7) { _ = try repository.rollback("a") }
            }
            while true { pause() }
        }
        try check(publisher)
    }

    private func check(_ publisher: Publisher) throws {
        let repository = try publisher.load(policy: .latest(Self.count))
        var published: [String] = []
        for status in repository.index() {
            let number = try #require(status.version)
            #expect(status.state == .ready)
            let text = contents(of: "\(publisher.models.path)/\(status.model)/\(number)/model.onnx")
            published.append(String(decoding: text, as: UTF8.self))
        }
        #expect(Set(published).count == published.count)
        for number in 1...Self.count {
            let isBundle = publisher.bundles.has("\(number)/model.onnx")
            #expect(isBundle || published.contains("plus \(number)"), "bundle \(number) is lost")
        }
        // What was put together when the process died is gone.
        let staging = "\(publisher.models.path)/.staging"
        if access(staging, F_OK) == 0 { #expect(try FileTree(path: staging, name: "staging").directories.isEmpty) }
        for model in repository.modelNames {
            #expect(try repository.labels(of: model).stable == repository.version(of: model).number)
        }
        _ = try repository.publish(publisher.bundle("next", "plus 99"), as: "a")
        #expect(try repository.offset("a") == 99)
    }
}
