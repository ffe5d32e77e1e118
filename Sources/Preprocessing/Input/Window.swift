/// How a series of rows is cut into sequences.
package struct Window: Sendable, Equatable {
    /// Rows of a sequence.
    package let length: Int
    /// Rows from the start of one sequence to the start of the next.
    package let stride: Int
    /// Rows from the last of a sequence to the one whose target it has; 0 takes its own last row's.
    package let horizon: Int

    package init(length: Int, stride: Int = 1, horizon: Int = 0) {
        precondition(length > 0 && stride > 0 && horizon >= 0, "an empty window")
        self.length = length
        self.stride = stride
        self.horizon = horizon
    }

    /// Sequences that a series of `rows` has.
    package func count(rows: Int) -> Int {
        let room = rows - length - horizon
        return room < 0 ? 0 : room / stride + 1
    }
}
