package import JSON

/// Something that happened to a job.
package struct JobEvent: Sendable, Equatable {
    /// What kind of thing.
    package enum Kind: String, Sendable, CaseIterable {
        /// A new state, phase or reason.
        case state
        /// How far it has come; of these only the newest is kept.
        case progress
        /// Metrics at the end of an epoch or of the evaluation.
        case metrics
        case log
        case checkpoint
    }

    /// Grows by time, over all jobs.
    package let id: Int
    package let job: String
    /// Seconds since 1970.
    package let time: Double
    package let kind: Kind
    /// An object, whose members depend on the kind.
    package let data: JSONValue

    package init(id: Int, job: String, time: Double, kind: Kind, data: JSONValue) {
        self.id = id
        self.job = job
        self.time = time
        self.kind = kind
        self.data = data
    }

    /// The event of the API: `{"id", "job", "time", "type", …data}`.
    package var json: JSONValue {
        .object(
            [
                JSONMember("id", .integer(id)), JSONMember("job", .string(job)), JSONMember("time", .number(time)),
                JSONMember("type", .string(kind.rawValue)),
            ] + (data.members ?? []))
    }
}
