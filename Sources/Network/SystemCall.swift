import CSystem
import Glibc

/// Each system call of this module, once: EINTR is retried, errno is read at once.
enum SystemCall {
    /// What a read, a write or an accept came to.
    enum Outcome: Equatable {
        /// Bytes moved, or the descriptor accepted; a read of 0 bytes is the end of the stream.
        case done(Int)
        /// Nothing can be moved now.
        case wouldBlock
        /// The call failed with this errno.
        case failed(Int32)
    }

    /// The text for an errno.
    static func message(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    @inline(__always)
    private static func outcome(_ call: () -> Int) -> Outcome {
        while true {
            let result = call()
            if result >= 0 { return .done(result) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(code)
            }
        }
    }

    private static func required(_ name: String, _ call: () -> Int32) throws(NetworkError) -> Int32 {
        switch outcome({ Int(call()) }) {
        case .done(let value): return Int32(truncatingIfNeeded: value)
        case .wouldBlock: throw .systemCall(name: name, code: EAGAIN)
        case .failed(let code): throw .systemCall(name: name, code: code)
        }
    }

    /// read(2)
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        outcome { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// recv(2) of bytes nobody looks at, which Linux does not copy
    static func drop(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        outcome { unsafe csystem_drop(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// send(2) without SIGPIPE
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Outcome {
        outcome { unsafe csystem_send(descriptor, bytes.baseAddress, bytes.count) }
    }

    /// accept4(2): the new descriptor does not block and closes on exec.
    static func accept(_ listener: Int32) -> Outcome {
        outcome { Int(csystem_accept(listener)) }
    }

    /// close(2); on Linux the descriptor is gone even after EINTR.
    static func close(_ descriptor: Int32) {
        _ = Glibc.close(descriptor)
    }

    /// shutdown(2) of the sending side
    static func shutdownSending(_ descriptor: Int32) {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// epoll_create1(2)
    static func epollCreate() throws(NetworkError) -> Int32 {
        try required("epoll_create1") { csystem_epoll_create() }
    }

    /// epoll_ctl(2), EPOLL_CTL_ADD
    static func epollAdd(_ epoll: Int32, _ descriptor: Int32, events: UInt32, token: UInt64) throws(NetworkError) {
        _ = try required("epoll_ctl") { csystem_epoll_add(epoll, descriptor, events, token) }
    }

    /// epoll_ctl(2), EPOLL_CTL_MOD, of a descriptor known to be registered
    static func epollModify(_ epoll: Int32, _ descriptor: Int32, events: UInt32, token: UInt64) {
        let result = csystem_epoll_modify(epoll, descriptor, events, token)
        precondition(result == 0, "epoll_ctl: a registered descriptor cannot be modified")
    }

    /// epoll_ctl(2), EPOLL_CTL_DEL
    static func epollRemove(_ epoll: Int32, _ descriptor: Int32) {
        _ = csystem_epoll_remove(epoll, descriptor)
    }

    /// epoll_wait(2); an interrupted wait counts as no event.
    static func epollWait(
        _ epoll: Int32, _ events: UnsafeMutableBufferPointer<epoll_event>, milliseconds: Int32
    ) -> Int {
        let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
        return max(0, Int(count))
    }

    /// eventfd(2)
    static func eventDescriptor() throws(NetworkError) -> Int32 {
        try required("eventfd") { csystem_eventfd() }
    }

    /// Adds one to an eventfd; never blocks, for the counter cannot reach its end.
    static func signal(_ eventDescriptor: Int32) {
        var one: UInt64 = 1
        _ = outcome { unsafe Glibc.write(eventDescriptor, &one, 8) }
    }

    /// Resets an eventfd to zero.
    static func acknowledge(_ eventDescriptor: Int32) {
        var value: UInt64 = 0
        _ = outcome { unsafe Glibc.read(eventDescriptor, &value, 8) }
    }

    /// clock_gettime(2) of the coarse monotonic clock, in milliseconds; about 5 ns, exact to a few milliseconds.
    static func monotonicMilliseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// clock_gettime(2) of the monotonic clock, in nanoseconds; about 25 ns.
    static func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// clock_gettime(2) of the coarse wall clock, in whole seconds since 1970.
    static func unixSeconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return time.tv_sec
    }
}
