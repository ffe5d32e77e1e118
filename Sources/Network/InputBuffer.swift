import Glibc
import HTTP

/// Received bytes from the start of a request on, and how far they are understood.
///
/// A loop has one for all reads; a connection gets its own only while a request is incomplete or has to wait.
@safe final class InputBuffer {
    /// The protocol state that belongs to the bytes.
    var machine: ConnectionStateMachine
    /// Bytes received.
    private(set) var count = 0
    private(set) var capacity = 0
    private var base: UnsafeMutableRawPointer?

    init(limits: HTTPLimits, capacity: Int = 0) {
        machine = ConnectionStateMachine(limits: limits)
        if capacity > 0 { reserve(capacity) }
    }

    deinit {
        unsafe free(base)
    }

    /// The free part behind the bytes.
    var space: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base.map { unsafe $0 + count }, count: capacity - count)
    }

    /// The bytes `range`.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe UnsafeRawBufferPointer(start: base.map { unsafe $0 + range.lowerBound }, count: range.count)
    }

    /// Takes note of bytes written to `space`.
    func append(count added: Int) {
        precondition(added >= 0 && added <= capacity - count)
        count += added
    }

    /// Copies bytes to the end.
    func append(_ source: UnsafeRawBufferPointer) {
        reserve(count + source.count)
        if source.count > 0 { unsafe space.copyMemory(from: source) }
        count += source.count
    }

    /// Shows the machine the bytes from `start` on.
    func advance(from start: Int) -> ConnectionStateMachine.Action {
        precondition(start >= 0 && start < count)
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: base.map { unsafe $0 + start }, count: count - start)
        return unsafe bytes.withMemoryRebound(to: UInt8.self) { buffer in
            var span = unsafe buffer.mutableSpan
            return machine.advance(&span)
        }
    }

    /// Forgets all bytes but `range`, which move to the front.
    func keep(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        if let base = unsafe base, range.lowerBound > 0, !range.isEmpty {
            unsafe memmove(base, base + range.lowerBound, range.count)
        }
        count = range.count
    }

    /// Makes room for the next read: at least `minimum` bytes, doubling, but never beyond what is known to come.
    ///
    /// - Parameters:
    ///   - minimum: Bytes the next read may bring.
    ///   - known: Size the bytes will have in the end; 0 when unknown. It is approached as bytes arrive, so that a
    ///     peer pays for memory with bytes.
    func makeSpace(minimum: Int, known: Int) {
        guard capacity - count < minimum else { return }
        let doubled = max(capacity * 2, count + minimum)
        if known > count { reserve(min(doubled, known)) } else { reserve(doubled) }
    }

    private func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        guard let moved = unsafe realloc(base, wanted) else { preconditionFailure("out of memory: \(wanted) bytes") }
        unsafe base = unsafe moved
        capacity = wanted
    }
}
