package import JSON

/// A stored dataset: rows by split, each with features or values of columns or both.
///
/// On disk it is a directory that is never changed:
///
///     dataset.json             this description, with the digest of what was sent and the validation report
///     <split>/features.bin     numbers, row after row, or sequences or image files one after another
///     <split>/offsets.bin      where each of these starts, for rows of different sizes: 64-bit, one more than rows
///     <split>/cells.bin        32 bits a column: a float32 (NaN is missing), or a text's number (all ones is missing)
///     strings/<column>         the texts of a column, one after another; `.offsets` has where each starts
package struct Dataset: Sendable, Equatable {
    package let name: String
    package let format: DatasetFormat
    /// SHA-256 of what was sent, 64 hexadecimal digits.
    package let digest: String
    /// Bytes of what was sent.
    package let byteCount: Int
    /// Nil for tables.
    package let features: DatasetFeatures?
    package let columns: [DatasetColumn]
    /// Rows of each split; missing ones have none.
    package let rowCounts: [Split: Int]
    /// The validation report.
    package let report: JSONValue
    /// Where its files are.
    package let directory: String

    /// Rows of all splits.
    package var rowCount: Int { rowCounts.values.reduce(0, +) }

    /// The column that a model learns to predict unless a request names another: named target, label, class or y, or
    /// the last. Nil without columns.
    package var defaultTarget: String? { Self.defaultTarget(columns.map(\.name)) }

    static func defaultTarget(_ names: [String]) -> String? {
        for wanted in ["target", "label", "class", "y"] {
            if let name = names.first(where: { $0.lowercased() == wanted }) { return name }
        }
        return names.last
    }
}
