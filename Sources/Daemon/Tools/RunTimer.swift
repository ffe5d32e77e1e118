import CSystem
import Glibc

/// Times single runs of something, after a warm-up.
struct RunTimer {
    /// How long to measure, after as long a warm-up as `warmUpShare` says.
    let seconds: Double

    /// Part of `seconds` that is spent before the measurement, so that caches, clocks and branch predictors are warm.
    private static let warmUpShare = 0.2
    /// Most runs that are measured: 32 MiB of times.
    private static let maximumRuns = 1 << 22

    /// The duration of each run, in nanoseconds.
    func time(_ run: () -> Void) -> [UInt64] {
        let warmUp = Self.now() + UInt64(seconds * Self.warmUpShare * 1e9)
        let begin = Self.now()
        var warmUpRuns: UInt64 = 0
        repeat {
            run()
            warmUpRuns += 1
        } while Self.now() < warmUp
        let estimate = max(1, (Self.now() - begin) / warmUpRuns)
        let duration = UInt64(seconds * 1e9)
        // Room for runs twice as fast as those of the warm-up.
        let room = min(Self.maximumRuns, Int(duration / estimate) * 2 + 16)
        var times = [UInt64](repeating: 0, count: room)
        var count = 0
        var started = Self.now()
        let end = started + duration
        while started < end, count < room {
            run()
            let now = Self.now()
            times[count] = now - started
            count += 1
            started = now
        }
        times.removeLast(room - count)
        return times
    }

    /// clock_gettime(2) of CLOCK_MONOTONIC, in nanoseconds.
    static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
