import JSON
import Synchronization

/// The jobs of a data directory and what happened to them, in SQLite.
///
/// Every change is on the disk when the call returns: whatever ends the daemon, no job is lost.
package final class JobStore: Sendable {
    private let database: Mutex<SQLiteDatabase>
    private let now: @Sendable () -> Double

    /// Opens the database, or makes it.
    /// - Parameters:
    ///   - path: The file.
    ///   - now: Seconds since 1970.
    /// - Throws: `JobError.database` or `.diskFull`.
    package init(path: String, now: @escaping @Sendable () -> Double = JobStore.wallClock) throws(JobError) {
        let opened = try SQLiteDatabase(path: path)
        try JobSchema.prepare(opened, path: path)
        database = Mutex(opened)
        self.now = now
    }

    /// Seconds since 1970.
    var time: Double { now() }

    // MARK: Looking

    /// One job.
    /// - Throws: `JobError.unknownJob` or `.database`.
    package func job(_ id: String) throws(JobError) -> Job {
        try read { database throws(JobError) in try Self.job(id, database) }
    }

    /// The job that a request with this Idempotency-Key has made; nil when none has.
    /// - Throws: `JobError.database`.
    package func job(ofKey key: String) throws(JobError) -> Job? {
        try read { database throws(JobError) in
            guard let id = try Self.jobOfKey(key, database) else { return nil }
            return try Self.job(id, database)
        }
    }

    /// Jobs, the newest first.
    ///
    /// - Parameters:
    ///   - model: Only those of this model.
    ///   - states: Only those in these states.
    ///   - limit: No more than these.
    /// - Returns: The jobs.
    /// - Throws: `JobError.database`.
    package func jobs(
        model: String? = nil, states: [JobState] = JobState.allCases, limit: Int = 100
    ) throws(JobError) -> [Job] {
        let marks = states.map { "'\($0.rawValue)'" }.joined(separator: ",")
        return try read { database throws(JobError) in
            try database.rows(
                "SELECT \(JobRow.columns) FROM jobs WHERE (?1 IS NULL OR model = ?1) AND state IN (\(marks)) "
                    + "ORDER BY number DESC LIMIT ?2", [SQLiteValue(model), .integer(limit)], JobRow.job)
        }
    }

    /// The job that has waited longest; nil when none waits.
    func nextQueued() throws(JobError) -> Job? {
        try read { database throws(JobError) in
            try database.rows(
                "SELECT \(JobRow.columns) FROM jobs WHERE state = 'queued' ORDER BY number LIMIT 1", [], JobRow.job
            ).first
        }
    }

    /// How many jobs are in a state.
    package func count(_ state: JobState) throws(JobError) -> Int {
        try read { database throws(JobError) in
            try database.rows("SELECT COUNT(*) FROM jobs WHERE state = ?1", [.text(state.rawValue)]) { $0.integer(0) }
        }.first ?? 0
    }

    /// Events of a job, in order.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - after: Only those that came after the event of this number.
    ///   - kinds: Only those of these kinds.
    ///   - limit: No more than these.
    /// - Returns: The events.
    /// - Throws: `JobError.database`.
    package func events(
        of id: String, after: Int = 0, kinds: [JobEvent.Kind] = JobEvent.Kind.allCases, limit: Int = 1000
    ) throws(JobError) -> [JobEvent] {
        let marks = kinds.map { "'\($0.rawValue)'" }.joined(separator: ",")
        return try read { database throws(JobError) in
            try database.rows(
                "SELECT id, job, time, kind, data FROM events WHERE job = ?1 AND id > ?2 AND kind IN (\(marks)) "
                    + "ORDER BY id LIMIT ?3", [.text(id), .integer(after), .integer(limit)], JobRow.event)
        }
    }

    /// The history of the metrics, one entry for each epoch and step: what was trained again after a crash counts once.
    package func metrics(of id: String) throws(JobError) -> [JobEvent] {
        let events = try events(of: id, kinds: [.metrics], limit: .max)
        var places: [String: Int] = [:]
        var history: [JobEvent] = []
        for event in events {
            let place = "\(event.data["epoch"]?.int ?? -1)/\(event.data["step"]?.int ?? -1)"
            if let index = places[place] {
                history[index] = event
            } else {
                places[place] = history.count
                history.append(event)
            }
        }
        return history
    }

    // MARK: Changing

    /// Takes a new job, or finds the one that the key made before.
    /// - Parameters:
    ///   - job: A new job.
    ///   - key: The Idempotency-Key of the request, if it had one.
    ///   - limit: The most jobs that may wait, when so many do; nil when there is room.
    /// - Returns: The job, and whether it is new.
    /// - Throws: `JobError.idempotencyKey` when the key was used for another model or request, `.queueFull`.
    func insert(_ job: Job, key: String?, limit: Int? = nil) throws(JobError) -> (job: Job, isNew: Bool) {
        try read { database throws(JobError) in
            try database.transaction { () throws(JobError) in
                if let key, let id = try Self.jobOfKey(key, database) {
                    let known = try Self.job(id, database)
                    guard known.model == job.model, known.request == job.request else {
                        throw .idempotencyKey(key, job: id)
                    }
                    return (known, false)
                }
                if let limit { throw .queueFull(limit: limit) }
                try database.run(
                    "INSERT INTO jobs (id, key, model, request, state, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    [
                        .text(job.id), SQLiteValue(key), .text(job.model), .text(job.request.text),
                        .text(job.state.rawValue), .real(job.created),
                    ])
                try Self.append(Self.stateEvent(job), .state, job.id, now(), database)
                return (job, true)
            }
        }
    }

    /// Changes a job and says so with an event if its state, phase or reason is another one then.
    /// - Returns: The job as it is now.
    @discardableResult
    func update(_ id: String, _ change: (inout Job) throws(JobError) -> Void) throws(JobError) -> Job {
        try read { database throws(JobError) in
            try database.transaction { () throws(JobError) in
                var job = try Self.job(id, database)
                let before = job
                try change(&job)
                if job.state.isFinal, !before.state.isFinal { job.finished = now() }
                if job.state == .validating, job.started == nil { job.started = now() }
                guard job != before else { return job }
                try JobRow.write(job, database)
                if (job.state, job.phase, job.reason) != (before.state, before.phase, before.reason) {
                    try Self.append(Self.stateEvent(job), .state, id, now(), database)
                }
                return job
            }
        }
    }

    /// Keeps what a worker reports; its result and its errors are the supervisor's matter.
    func record(_ message: WorkerMessage, of id: String) throws(JobError) {
        switch message {
        case .state(let state, let phase):
            try update(id) { job in
                if state.isActive { job.state = state }
                job.phase = phase
            }
        case .progress(let progress):
            try update(id, event: .progress, progress.json) { $0.progress = progress }
        case .metrics(let data):
            try update(id, event: .metrics, data) { $0.merge(data["metrics"]?.members ?? []) }
        case .log(let level, let message):
            try update(id, event: .log, ["level": .string(level), "message": .string(message)]) { _ in }
        case .checkpoint(let data):
            try update(id, event: .checkpoint, data) { $0.crashes = 0 }
        case .result(_, let metrics):
            try update(id) { $0.merge(metrics) }
        case .error: break
        }
    }

    /// Changes a job and appends an event.
    private func update(
        _ id: String, event kind: JobEvent.Kind, _ data: JSONValue, _ change: (inout Job) -> Void
    ) throws(JobError) {
        try read { database throws(JobError) in
            try database.transaction { () throws(JobError) in
                var job = try Self.job(id, database)
                let before = job
                change(&job)
                if job != before { try JobRow.write(job, database) }
                try Self.forget(kind, of: id, database)
                try Self.append(data, kind, id, now(), database)
            }
        }
    }

    private func read<Result: Sendable>(
        _ body: (SQLiteDatabase) throws(JobError) -> Result
    ) throws(JobError) -> Result {
        try database.withLock { database throws(JobError) in try body(database) }
    }
}

extension JobStore {
    private static func job(_ id: String, _ database: SQLiteDatabase) throws(JobError) -> Job {
        let rows = try database.rows("SELECT \(JobRow.columns) FROM jobs WHERE id = ?1", [.text(id)], JobRow.job)
        guard let job = rows.first else { throw .unknownJob(id) }
        return job
    }

    /// Makes room for another event of those of which only the newest matter.
    private static func forget(_ kind: JobEvent.Kind, of id: String, _ database: SQLiteDatabase) throws(JobError) {
        let kept: Int
        switch kind {
        case .progress: kept = 0
        case .checkpoint: kept = keptCheckpoints - 1
        case .state, .metrics, .log: return
        }
        try database.run(
            """
            DELETE FROM events WHERE job = ?1 AND kind = ?2 AND id <= \
            (SELECT id FROM events WHERE job = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)
            """, [.text(id), .text(kind.rawValue), .integer(kept)])
    }

    /// Checkpoints that are remembered of each job.
    private static let keptCheckpoints = 100

    private static func jobOfKey(_ key: String, _ database: SQLiteDatabase) throws(JobError) -> String? {
        try database.rows("SELECT id FROM jobs WHERE key = ?1", [.text(key)]) { $0.text(0) }.first
    }

    private static func append(
        _ data: JSONValue, _ kind: JobEvent.Kind, _ job: String, _ time: Double, _ database: SQLiteDatabase
    ) throws(JobError) {
        try database.run(
            "INSERT INTO events (job, time, kind, data) VALUES (?1, ?2, ?3, ?4)",
            [.text(job), .real(time), .text(kind.rawValue), .text(data.text)])
    }

    private static func stateEvent(_ job: Job) -> JSONValue {
        [
            "state": .string(job.state.rawValue), "phase": job.phase.isEmpty ? .null : .string(job.phase),
            "reason": job.reason.isEmpty ? .null : .string(job.reason),
            "version": job.version.map { .integer($0) } ?? .null,
        ]
    }
}
