import JSON

/// Jobs and events as rows of their tables.
enum JobRow {
    /// What `job` reads, in its order.
    static let columns =
        "id, model, request, created, state, phase, progress, metrics, started, finished, reason, failure_code, "
        + "failure_message, failure_field, wish, crashes, result, version"

    static func job(_ row: SQLiteRow) -> Job {
        var job = Job(id: row.text(0), model: row.text(1), request: json(row.text(2)), created: row.real(3))
        job.state = JobState(rawValue: row.text(4)) ?? .failed
        job.phase = row.text(5)
        job.progress = row.optionalText(6).map { JobProgress(json($0)) }
        job.metrics = json(row.text(7)).members ?? []
        job.started = row.optionalReal(8)
        job.finished = row.optionalReal(9)
        job.reason = row.text(10)
        job.failure = row.optionalText(11).map { code in
            JobFailure(code: code, message: row.text(12), field: row.optionalText(13))
        }
        job.wish = row.optionalText(14).flatMap(JobWish.init(rawValue:))
        job.crashes = row.integer(15)
        job.result = row.optionalText(16).flatMap { JobResult(json($0)) }
        job.version = row.optionalInteger(17)
        return job
    }

    static func event(_ row: SQLiteRow) -> JobEvent {
        JobEvent(
            id: row.integer(0), job: row.text(1), time: row.real(2),
            kind: JobEvent.Kind(rawValue: row.text(3)) ?? .log, data: json(row.text(4)))
    }

    /// Writes everything that can change.
    static func write(_ job: Job, _ database: SQLiteDatabase) throws(JobError) {
        try database.run(
            """
            UPDATE jobs SET state = ?2, phase = ?3, progress = ?4, metrics = ?5, started = ?6, finished = ?7, \
            reason = ?8, failure_code = ?9, failure_message = ?10, failure_field = ?11, wish = ?12, crashes = ?13, \
            result = ?14, version = ?15 WHERE id = ?1
            """,
            [
                .text(job.id), .text(job.state.rawValue), .text(job.phase), SQLiteValue(job.progress?.json.text),
                .text(JSONValue.object(job.metrics).text), SQLiteValue(job.started), SQLiteValue(job.finished),
                .text(job.reason), SQLiteValue(job.failure?.code), SQLiteValue(job.failure?.message),
                SQLiteValue(job.failure?.field), SQLiteValue(job.wish?.rawValue), .integer(job.crashes),
                SQLiteValue(job.result?.json.text), SQLiteValue(job.version),
            ])
    }

    /// What this program has written is JSON; should it not be, the job is still there.
    private static func json(_ text: String) -> JSONValue {
        (try? JSONValue(parsing: text, maximumDepth: JSONReader.greatestMaximumDepth)) ?? .null
    }
}
