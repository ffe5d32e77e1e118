import Glibc

/// How fast a training goes, how often it tells, and the share of the time it computes.
///
/// While others want the processors it computes at most half of the time, and in small pieces
/// (`TrainingPlan.takesNaps`). A low priority alone is not enough: a processor that computes is not idle, so the scheduler
/// does not look for a thread that waits for another one, and predictions waited milliseconds: p99 3.8 times as long
/// beside a job, with 8 connections that keep two processors busy.
struct Pace: ~Copyable {
    private let share: Double
    private let checkpoint: CheckpointInterval
    /// Seconds between two reports of progress.
    private static let progressInterval = 0.5
    /// What a step leaves of the rows and seconds before it.
    private static let memory = 0.95

    /// How often it looks whether others want the processors, and the part of the time without one that means so.
    private static let contentionInterval = 0.01
    private static let contentionShare = 0.05

    private let runDelay = RunDelay()
    private var lastRunDelay = 0.0
    private var lastContentionCheck = MonotonicTime.now
    /// Whether others want the processors.
    private(set) var isContended = false
    private var lastProgress = 0.0
    private var lastCheckpoint = MonotonicTime.now
    private var stepsSinceCheckpoint = 0
    /// Of the last steps, each weighing less than the next: all in all, for a mean of their rates would be that of the fast
    /// ones.
    private var recentRows = 0.0
    private var recentSeconds = 0.0

    init(share: Double, checkpoint: CheckpointInterval) {
        self.share = min(max(share, 0.01), 1)
        self.checkpoint = checkpoint
    }

    /// Notes a step, and sleeps when training may not have all of the time.
    mutating func endStep(seconds: Double, rows: Int) {
        stepsSinceCheckpoint += 1
        checkContention()
        let pause = max(seconds * (1 - share) / share, isContended ? seconds : 0)
        let slept = MonotonicTime.now
        if pause > 0 { usleep(UInt32(min(pause, 10) * 1e6)) }
        recentRows = recentRows * Self.memory + Double(rows)
        recentSeconds = recentSeconds * Self.memory + seconds + MonotonicTime.now - slept
    }

    /// Rows trained on in a second, pauses included; 0 before the first step.
    var samplesPerSecond: Double { recentSeconds > 0 ? recentRows / recentSeconds : 0 }

    private mutating func checkContention() {
        let now = MonotonicTime.now
        let elapsed = now - lastContentionCheck
        guard elapsed >= Self.contentionInterval else { return }
        let delay = runDelay.seconds
        isContended = delay - lastRunDelay > Self.contentionShare * elapsed
        (lastRunDelay, lastContentionCheck) = (delay, now)
    }

    /// Whether it is time to tell how far training is; true at most twice a second.
    var wantsProgress: Bool {
        mutating get {
            let now = MonotonicTime.now
            guard now - lastProgress >= Self.progressInterval else { return false }
            lastProgress = now
            return true
        }
    }

    /// Whether the request's interval between checkpoints is over.
    var wantsCheckpoint: Bool {
        if let steps = checkpoint.steps, stepsSinceCheckpoint >= steps { return true }
        if let seconds = checkpoint.seconds { return MonotonicTime.now - lastCheckpoint >= seconds }
        return false
    }

    mutating func endCheckpoint() {
        lastCheckpoint = MonotonicTime.now
        stepsSinceCheckpoint = 0
    }
}

/// A clock that only goes forward.
enum MonotonicTime {
    /// Seconds since some moment.
    static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
