import JSON
import Synchronization

/// Names for requests whose client gave none.
final class RequestIDs: Sendable {
    private let process = UInt64.random(in: .min ... .max)
    private let count = Atomic<UInt64>(0)

    /// A name that no other request of this process has.
    func next() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        return String(process, radix: 36) + "-" + String(number)
    }

    /// A client's own name if it is fit to be printed: 1 to 128 of the unreserved characters of RFC 3986.
    static func accepted(_ id: String?) -> String? {
        guard let id, (1...128).contains(id.utf8.count) else { return nil }
        return id.utf8.allSatisfy(\.isUnreserved) ? id : nil
    }
}
