/// The tables of the database, and how to get to them from an older one.
enum JobSchema {
    /// What changes the database from each version to the next; `PRAGMA user_version` says where it stands.
    private static let steps = [
        """
        CREATE TABLE jobs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            key TEXT UNIQUE,
            model TEXT NOT NULL,
            request TEXT NOT NULL,
            state TEXT NOT NULL,
            phase TEXT NOT NULL DEFAULT '',
            progress TEXT,
            metrics TEXT NOT NULL DEFAULT '{}',
            created REAL NOT NULL,
            started REAL,
            finished REAL,
            reason TEXT NOT NULL DEFAULT '',
            failure_code TEXT,
            failure_message TEXT,
            failure_field TEXT,
            wish TEXT,
            crashes INTEGER NOT NULL DEFAULT 0,
            result TEXT,
            version INTEGER
        );
        CREATE INDEX jobs_by_state ON jobs (state, number);
        CREATE INDEX jobs_by_model ON jobs (model, number);
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            job TEXT NOT NULL,
            time REAL NOT NULL,
            kind TEXT NOT NULL,
            data TEXT NOT NULL
        );
        CREATE INDEX events_by_job ON events (job, id);
        """
    ]

    /// Sets the connection up and brings the tables to the newest version.
    ///
    /// Locked for this connection alone, WAL needs no shared memory, whose growth a full disk can turn into a signal.
    /// - Throws: `JobError.database` when a newer program has made the database, or it is none.
    static func prepare(_ database: SQLiteDatabase, path: String) throws(JobError) {
        for pragma in ["locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"] {
            try database.execute("PRAGMA \(pragma)")
        }
        let version = try database.rows("PRAGMA user_version") { $0.integer(0) }.first ?? 0
        guard version <= steps.count else {
            let reason = "has version \(version) of the tables; this program knows them up to \(steps.count)"
            throw .database(path, reason: reason)
        }
        for (index, step) in steps.enumerated().dropFirst(version) {
            try database.transaction { () throws(JobError) in
                try database.execute(step)
                try database.execute("PRAGMA user_version = \(index + 1)")
            }
        }
    }
}
