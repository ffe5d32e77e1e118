import Dispatch
@testable import Serving
import Synchronization
import Tensors
import TestSupport
import Testing

/// Versions come and go while clients predict: every request is answered once, by the version it was made for.
struct RepositoryPropertyTests {
    private static let clients = 4
    private static let requestsPerClient = 600
    private static let publishers = 2
    private static let versionsPerPublisher = 15

    /// Which version a request was made for.
    private final class Targets: Sendable {
        private let numbers = Mutex<[Int: Int]>([:])
        func note(_ request: Int, _ version: Int) { numbers.withLock { $0[request] = version } }
        subscript(request: Int) -> Int? { numbers.withLock { $0[request] } }
        var count: Int { numbers.withLock { $0.count } }
    }

    @Test func everyAnswerIsThatOfItsOwnVersion() throws {
        let publisher = Publisher()
        publisher.models.write("plus 0", to: "m/1/model.onnx")
        let repository = try publisher.load()
        let offsets = Mutex([1: 0])
        let (answers, targets, done) = (Answers(), Targets(), Flag())
        let (work, changes) = (DispatchGroup(), DispatchGroup())
        for index in 1...Self.publishers {
            DispatchQueue(label: "publisher \(index)").async(group: changes) { @Sendable in
                for version in 1...Self.versionsPerPublisher {
                    let offset = index * 1000 + version
                    guard let number = try? publisher.publish(offset, to: repository) else { continue }
                    offsets.withLock { $0[number] = offset }
                    try? repository.set(label: "canary", of: "m", to: number)
                }
            }
        }
        DispatchQueue(label: "roller").async(group: work) { @Sendable in
            while !done.value {
                _ = try? repository.rollback("m")
                try? repository.rescan("m")
            }
        }
        for client in 0..<Self.clients {
            DispatchQueue(label: "client \(client)").async(group: changes) { @Sendable in
                for index in 0..<Self.requestsPerClient {
                    let number = client * Self.requestsPerClient + index
                    let version =
                        index % 3 == 0
                        ? try? repository.version(of: "m", label: "canary") : try? repository.version(of: "m")
                    guard let version, let request = try? version.request(number, rows: 1 + index % 3) else { continue }
                    targets.note(number, version.number)
                    version.submit(request, completion: answers.completion(number))
                }
            }
        }
        changes.wait()
        done.raise()
        work.wait()

        let published = offsets.withLock { $0 }
        #expect(published.count == 1 + Self.publishers * Self.versionsPerPublisher)
        #expect(published.keys.sorted() == Array(1...published.count))
        #expect(targets.count > Self.clients * Self.requestsPerClient / 2)
        #expect(answers.wait(for: targets.count))
        for number in 0..<(Self.clients * Self.requestsPerClient) {
            guard let version = targets[number] else { continue }
            let offset = Float(try #require(published[version]))
            let expected = expectedAnswer(to: rows(of: number, count: 1 + number % 3)).map { $0 + offset }
            #expect(answers.response(number)?.outputs[0].floats == expected)
        }
        // What is on disk is what is known.
        #expect(try publisher.load().version(of: "m").number == repository.version(of: "m").number)
        #expect(try publisher.load().labels(of: "m") == repository.labels(of: "m"))
    }
}
