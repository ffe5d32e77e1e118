import CSystem
import Glibc

/// Sends requests to a server and measures when the answers come.
///
/// With a rate the requests leave by a schedule that knows nothing of the server, and each latency counts from the time
/// at which its request was to leave: a server that stalls is charged for all that wait meanwhile, also for those that
/// wait here because no connection is free (Gil Tene, "How NOT to Measure Latency", 2015). Without a rate every
/// connection sends its next request when it has its answer.
package struct LoadGenerator {
    /// From when on a request counts as late.
    private static let lateness: UInt64 = 1_000_000
    /// How long to wait for a server that refuses connections.
    private static let pause: UInt64 = 50_000_000

    /// Nanoseconds of processor time that the generator asks for at once: the least that Linux grants.
    private static let slice: UInt64 = 100_000

    private let plan: LoadPlan
    private let request: [UInt8]
    private let epoll: Int32
    private let end: UInt64
    private let grace: UInt64
    /// Nanoseconds between two looks; 0 for none.
    private let tick: UInt64
    private var start: UInt64 = 0
    private var schedule: ArrivalSchedule?
    private var nextArrival: UInt64 = .max
    /// Times of requests that are due; those before `firstWaiting` have left.
    private var waiting: [UInt64] = []
    private var firstWaiting = 0
    /// By their places, which epoll knows them by; nil for one that has to connect again.
    private var connections: [LoadConnection?] = []
    private var missingCount = 0
    private var idle: [Int] = []
    private var busy = 0
    private var report = LoadReport()
    private var lastAnswer: UInt64 = 0
    private var lastFailure: UInt64 = 0
    private var scratch = [UInt8](repeating: 0, count: 64 * 1024)

    /// Runs a load to its end.
    /// - Throws: `DaemonError.usage` for a plan that makes no sense, `.noAnswer` when the server cannot be reached.
    package static func run(_ plan: LoadPlan) throws(DaemonError) -> LoadReport {
        try plan.validate()
        _ = DescriptorLimit.raise()
        // What leaves late because a server has the processor is not the server's queue.
        _ = csystem_slice(Self.slice)
        _ = csystem_exact_timers()
        let epoll = csystem_epoll_create()
        guard epoll >= 0 else { throw .noAnswer(url: plan.url.description, reason: Files.reason(errno)) }
        defer { close(epoll) }
        var generator = LoadGenerator(plan, epoll: epoll)
        for _ in 0..<plan.connections {
            generator.connections.append(nil)
            generator.missingCount += 1
            try generator.connect(generator.connections.count - 1)
        }
        return generator.run()
    }

    private init(_ plan: LoadPlan, epoll: Int32) {
        self.plan = plan
        self.epoll = epoll
        request = plan.request
        tick = plan.rate == nil ? 0 : UInt64(plan.tick * 1e3)
        end = UInt64(plan.seconds * 1e9)
        grace = UInt64(plan.grace * 1e9)
        schedule = plan.rate.map { ArrivalSchedule(rate: $0, arrivals: plan.arrivals, seed: plan.seed) }
    }

    private mutating func connect(_ place: Int) throws(DaemonError) {
        let connection = try LoadConnection(plan.url, request: request)
        _ = csystem_epoll_add(epoll, connection.number, csystem_readable, UInt64(place))
        connections[place] = connection
        missingCount -= 1
        idle.append(place)
    }

    private func elapsed() -> UInt64 { RunTimer.now() - start }

    private mutating func run() -> LoadReport {
        start = RunTimer.now()
        nextArrival = schedule?.next() ?? .max
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)
        while true {
            let now = elapsed()
            take(until: min(now, end - 1))
            if now < end { reconnect(now) }
            dispatch(now)
            if now >= end, busy == 0 || now >= end + grace { break }
            rest(since: now)
            let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
                unsafe csystem_epoll_wait(epoll, buffer.baseAddress, Int32(buffer.count), Int64(pauseLength(elapsed())))
            }
            for index in 0..<max(0, Int(count)) { advance(unsafe Int(events[index].data.u64)) }
        }
        report.unanswered = busy
        report.unsent = waiting.count - firstWaiting
        report.close(seconds: Double(max(lastAnswer, end)) / 1e9)
        return report
    }

    /// Lets what becomes due and what comes gather until a tick after the last look.
    private func rest(since look: UInt64) {
        guard tick > 0 else { return }
        let now = elapsed()
        if now < look + tick { usleep(UInt32((look + tick - now) / 1000)) }
    }

    /// Nanoseconds until something is to be done even if no answer comes.
    private func pauseLength(_ now: UInt64) -> UInt64 {
        // While all connections are busy, what becomes due leaves with the next answer.
        let next = now < end ? (idle.isEmpty ? end : min(nextArrival, end)) : end + grace
        let missing = missingCount > 0 ? now + Self.pause : .max
        return min(next, missing) - min(now, next)
    }

    /// Takes the requests that are due.
    private mutating func take(until now: UInt64) {
        while nextArrival <= now {
            waiting.append(nextArrival)
            nextArrival = schedule?.next() ?? .max
        }
    }

    private mutating func reconnect(_ now: UInt64) {
        guard missingCount > 0, now >= lastFailure + Self.pause || lastFailure == 0 else { return }
        for place in connections.indices where connections[place] == nil {
            do throws(DaemonError) { try connect(place) } catch {
                lastFailure = max(now, 1)
                return
            }
        }
    }

    /// Lets requests leave over connections that are free.
    private mutating func dispatch(_ now: UInt64) {
        while let place = idle.last {
            let time: UInt64
            if schedule == nil {
                guard now < end else { return }
                time = elapsed()
            } else {
                // What could not leave before the end does not leave.
                guard firstWaiting < waiting.count, now < end else { return }
                time = waiting[firstWaiting]
                firstWaiting += 1
                if now - time > Self.lateness { report.late += 1 }
            }
            idle.removeLast()
            begin(place, time)
        }
        if firstWaiting > 1 << 16 {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
    }

    private mutating func begin(_ place: Int, _ time: UInt64) {
        guard let connection = connections[place] else { return }
        report.sent += 1
        busy += 1
        let progress = connection.begin(scheduled: time)
        if case .broken = progress { return fail(place) }
        if connection.isSending {
            _ = csystem_epoll_modify(epoll, connection.number, csystem_readable | csystem_writable, UInt64(place))
        }
    }

    private mutating func advance(_ place: Int) {
        guard let connection = connections[place] else { return }
        let time = connection.scheduled
        let wasSending = connection.isSending
        switch connection.advance(&scratch) {
        case .waiting:
            if wasSending, !connection.isSending {
                _ = csystem_epoll_modify(epoll, connection.number, csystem_readable, UInt64(place))
            }
        case .broken: fail(place)
        case .answered(let answer):
            lastAnswer = elapsed()
            report.add(answer, nanoseconds: lastAnswer - min(time ?? lastAnswer, lastAnswer))
            busy -= 1
            if answer.closes { drop(place) } else { idle.append(place) }
        }
    }

    private mutating func fail(_ place: Int) {
        if connections[place]?.scheduled != nil {
            report.broken += 1
            busy -= 1
        } else {
            idle.removeAll { $0 == place }
        }
        drop(place)
    }

    private mutating func drop(_ place: Int) {
        guard let connection = connections[place] else { return }
        _ = csystem_epoll_remove(epoll, connection.number)
        connections[place] = nil
        missingCount += 1
    }
}
