import Glibc

extension JobStore {
    /// Seconds since 1970, to the microsecond.
    package static let wallClock: @Sendable () -> Double = {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + (Double(time.tv_nsec) / 1000).rounded(.down) / 1_000_000
    }
}
