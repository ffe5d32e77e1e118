import Glibc

/// The times at which requests are to leave, one after another; the same ones for the same seed.
struct ArrivalSchedule {
    private let arrivals: LoadPlan.Arrivals
    /// Nanoseconds between two requests, on the average.
    private let interval: Double
    private var random: UInt64
    private var time = 0.0

    init(rate: Double, arrivals: LoadPlan.Arrivals, seed: UInt64) {
        self.arrivals = arrivals
        interval = 1e9 / rate
        random = seed
    }

    /// The next time, in nanoseconds since the start; the first one is a whole interval after it.
    mutating func next() -> UInt64 {
        switch arrivals {
        case .fixed: time += interval
        case .poisson: time -= interval * log(uniform())
        }
        return UInt64(time)
    }

    /// In 0 ..< 1, but not 0: SplitMix64 (Steele, Lea and Flood 2014).
    private mutating func uniform() -> Double {
        random &+= 0x9E37_79B9_7F4A_7C15
        var bits = random
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return (Double(bits >> 11) + 0.5) * 0x1p-53
    }
}
