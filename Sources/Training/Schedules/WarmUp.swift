import JSON

/// A linear rise to the full learning rate at the start, PyTorch's LinearLR: step s (from 0) of n has the factor
/// start + (1 - start) · s / n.
package struct WarmUp: Sendable, Equatable {
    /// How long it takes, in units.
    package let length: Double
    package let unit: ScheduleOptions.Unit
    /// The factor of the first step.
    package let startFactor: Double

    package init(length: Double, unit: ScheduleOptions.Unit, startFactor: Double = 0.1) {
        self.length = length
        self.unit = unit
        self.startFactor = startFactor
    }

    /// Reads `{"epochs": 1}` or `{"steps": 100, "start_factor": 0.1}`.
    init(json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let epochs = try fields.number("epochs", in: 0...100_000)
        let steps = try fields.integer("steps", in: 0...1_000_000_000)
        startFactor = try fields.number("start_factor", in: 0...1) ?? 0.1
        try fields.finish()
        switch (epochs, steps) {
        case (let epochs?, nil): (length, unit) = (epochs, .epoch)
        case (nil, let steps?): (length, unit) = (Double(steps), .step)
        default:
            throw FieldError(
                path: path, expected: "either \"epochs\" or \"steps\"", found: epochs == nil ? "none" : "both")
        }
    }

    /// The declaration.
    var json: JSONValue {
        [
            unit == .epoch ? "epochs" : "steps": unit == .epoch ? .number(length) : .integer(Int(length)),
            "start_factor": .number(startFactor),
        ]
    }

    /// The length in steps.
    func steps(stepsPerEpoch: Int) -> Int {
        unit == .step ? Int(length) : Int((length * Double(stepsPerEpoch)).rounded())
    }
}
