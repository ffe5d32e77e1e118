import CSQLite

/// The row a statement stands on; columns are counted from 0 and valid until the next step.
@safe struct SQLiteRow {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        unsafe self.statement = statement
    }

    private func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    /// A text; empty for null.
    func text(_ column: Int32) -> String {
        guard let bytes = unsafe sqlite3_column_text(statement, column) else { return "" }
        return unsafe String(cString: bytes)
    }

    /// A text, or nil for null.
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// An integer; 0 for null.
    func integer(_ column: Int32) -> Int { unsafe Int(sqlite3_column_int64(statement, column)) }

    /// An integer, or nil for null.
    func optionalInteger(_ column: Int32) -> Int? { isNull(column) ? nil : integer(column) }

    /// A number; 0 for null.
    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(statement, column) }

    /// A number, or nil for null.
    func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }
}
