import JSON

/// The figures of one slice of the evaluated rows.
package struct SliceReport: Sendable, Equatable {
    package let name: String
    package let rows: Int
    package let metrics: MetricList

    /// A list of slices; nil for none.
    static func json(_ slices: [SliceReport]) -> JSONValue? {
        guard !slices.isEmpty else { return nil }
        return .array(
            slices.map { ["name": .string($0.name), "rows": .integer($0.rows), "metrics": $0.metrics.json] })
    }
}
