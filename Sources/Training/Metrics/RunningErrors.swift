import JSON

/// Sums over predicted values and what they should have been, column by column.
struct RunningErrors: Sendable, Equatable {
    /// The sums of one column.
    private struct Column: Sendable, Equatable {
        /// The first target, which the sums of targets are taken from: they would cancel if all targets were large.
        var origin = 0.0
        var targets = 0.0
        var squaredTargets = 0.0
        var distances = 0.0
        var squares = 0.0
    }

    private var columns: [Column] = []

    init() {}

    /// Takes a row: [columns] of each.
    mutating func add(output: UnsafeBufferPointer<Float>, target: UnsafeBufferPointer<Float>) {
        precondition(output.count == target.count, "a target for every output")
        if columns.isEmpty { columns = unsafe target.map { Column(origin: Double($0)) } }
        for index in columns.indices {
            let (error, value) = unsafe (
                Double(output[index]) - Double(target[index]), Double(target[index]) - columns[index].origin
            )
            columns[index].targets += value
            columns[index].squaredTargets += value * value
            columns[index].distances += abs(error)
            columns[index].squares += error * error
        }
    }

    /// As `RegressionReport` has them: the mean over the columns.
    func metrics(rows: Int) -> MetricList {
        let (rows, count) = (Double(rows), Double(columns.count))
        let r2 = columns.reduce(0) { sum, column in
            let spread = column.squaredTargets - column.targets * column.targets / rows
            return sum + (rows < 2 ? .nan : spread > 0 ? 1 - column.squares / spread : column.squares == 0 ? 1 : 0)
        }
        return [
            "mae": columns.reduce(0) { $0 + $1.distances } / rows / count,
            "mse": columns.reduce(0) { $0 + $1.squares } / rows / count, "r2": r2 / count,
        ]
    }

    var state: JSONValue {
        .object([
            JSONMember(
                "columns",
                .array(
                    columns.map { column in
                        .array(
                            [
                                column.origin, column.targets, column.squaredTargets, column.distances, column.squares,
                            ].map { JSONValue(finite: $0) })
                    }))
        ])
    }

    init(_ state: JSONFields) throws(FieldError) {
        var fields = state
        for (index, element) in (try fields.array("columns") ?? []).enumerated() {
            guard let sums = element.array?.map({ $0.double ?? .nan }), sums.count == 5 else {
                throw fields.error("columns[\(index)]", "five sums", element)
            }
            columns.append(
                Column(
                    origin: sums[0], targets: sums[1], squaredTargets: sums[2], distances: sums[3], squares: sums[4]))
        }
        try fields.finish()
    }
}
