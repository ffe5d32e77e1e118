/// How much one `TensorReader` accepts before it refuses a request.
package struct TensorLimits: Equatable, Sendable {
    /// Most rows.
    package var maximumRows: Int

    /// Most numbers in all rows together.
    package var maximumElements: Int

    /// Makes limits; both must be at least 1.
    package init(maximumRows: Int = 65_536, maximumElements: Int = 1 << 28) {
        precondition(maximumRows > 0 && maximumElements > 0, "limits are at least 1")
        self.maximumRows = maximumRows
        self.maximumElements = maximumElements
    }
}
