import CSQLite
import Glibc

/// One connection to a SQLite database; its owner calls it on one thread at a time.
@safe final class SQLiteDatabase {
    private let path: String
    private let handle: OpaquePointer
    /// Statements by their text, compiled once.
    private var statements: [String: OpaquePointer] = unsafe [:]

    /// Opens or makes the database.
    /// - Throws: `JobError.database` or `.diskFull`.
    init(path: String) throws(JobError) {
        self.path = path
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw Self.error(code, "cannot be opened: \(unsafe String(cString: sqlite3_errstr(code)))", path)
        }
        unsafe self.handle = unsafe handle
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        unsafe statements.values.forEach { _ = unsafe sqlite3_finalize($0) }
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs statements that take and give nothing.
    func execute(_ script: String) throws(JobError) {
        try check(unsafe sqlite3_exec(handle, script, nil, nil, nil))
    }

    /// Runs one statement.
    /// - Returns: How many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLiteValue] = []) throws(JobError) -> Int {
        _ = try rows(sql, values) { _ in () }
        return unsafe Int(sqlite3_changes(handle))
    }

    /// Runs one statement and makes something of each row it gives.
    func rows<Result>(
        _ sql: String, _ values: [SQLiteValue] = [], _ make: (SQLiteRow) -> Result
    ) throws(JobError) -> [Result] {
        let statement = unsafe try prepared(sql)
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() { unsafe try bind(value, Int32(index + 1), statement) }
        var results: [Result] = []
        while true {
            let code = unsafe sqlite3_step(statement)
            switch code {
            case SQLITE_ROW: results.append(make(unsafe SQLiteRow(statement)))
            case SQLITE_DONE: return results
            default: try check(code)
            }
        }
    }

    /// Runs `body` in one transaction, which counts as a whole or not at all.
    func transaction<Result>(_ body: () throws(JobError) -> Result) throws(JobError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(JobError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // SQLite has rolled back by itself after some errors, such as a full disk.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// The number of the row that was inserted last.
    var lastRowID: Int { unsafe Int(sqlite3_last_insert_rowid(handle)) }

    private func prepared(_ sql: String) throws(JobError) -> OpaquePointer {
        if let statement = unsafe statements[sql] { return unsafe statement }
        var statement: OpaquePointer?
        try check(unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement = unsafe statement else { preconditionFailure("an empty statement: \(sql)") }
        unsafe statements[sql] = unsafe statement
        return unsafe statement
    }

    private func bind(_ value: SQLiteValue, _ index: Int32, _ statement: OpaquePointer) throws(JobError) {
        let code =
            switch value {
            case .null: unsafe sqlite3_bind_null(statement, index)
            case .integer(let integer): unsafe sqlite3_bind_int64(statement, index, Int64(integer))
            case .real(let real): unsafe sqlite3_bind_double(statement, index, real)
            case .text(let text):
                // SQLITE_TRANSIENT, a macro Swift does not see: SQLite copies the text at once.
                unsafe sqlite3_bind_text(
                    statement, index, text, Int32(text.utf8.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        try check(code)
    }

    private func check(_ code: Int32) throws(JobError) {
        guard code != SQLITE_OK else { return }
        if unsafe sqlite3_system_errno(handle) == ENOSPC, code & 0xFF == SQLITE_IOERR { throw .diskFull(path) }
        throw Self.error(code, unsafe String(cString: sqlite3_errmsg(handle)), path)
    }

    private static func error(_ code: Int32, _ reason: String, _ path: String) -> JobError {
        code & 0xFF == SQLITE_FULL ? .diskFull(path) : .database(path, reason: reason)
    }
}
