import Dispatch
import Serving
import Synchronization
import Tensors

/// Collects the answers of requests by their numbers, and waits for them.
final class Answers: Sendable {
    typealias Answer = Result<InferenceResponse, ServingError>

    private let answers = Mutex<[Int: [Answer]]>([:])
    private let arrived = DispatchSemaphore(value: 0)

    /// The completion of request `number`.
    func completion(_ number: Int) -> DynamicBatcher.Completion {
        { answer in
            self.answers.withLock { $0[number, default: []].append(answer) }
            self.arrived.signal()
        }
    }

    /// Waits until so many answers came in all since the last wait; false after a minute.
    func wait(for count: Int) -> Bool {
        (0..<count).allSatisfy { _ in arrived.wait(timeout: .now() + 60) == .success }
    }

    /// All answers of request `number`.
    subscript(number: Int) -> [Answer] { answers.withLock { $0[number] ?? [] } }

    /// The only answer of request `number`, when it is a success.
    func response(_ number: Int) -> InferenceResponse? {
        let all = self[number]
        return all.count == 1 ? try? all[0].get() : nil
    }

    /// The only answer of request `number`, when it is a failure.
    func error(_ number: Int) -> ServingError? {
        let all = self[number]
        guard all.count == 1, case .failure(let error) = all[0] else { return nil }
        return error
    }

    var count: Int { answers.withLock { $0.count } }
}
