import JSON

/// A learning rate that falls when a metric stands still, by the rules of PyTorch's ReduceLROnPlateau.
struct Plateau: Sendable, Equatable {
    let options: PlateauOptions
    private(set) var learningRate: Double
    private var best: Double?
    private var badEpochs = 0
    private var cooldownLeft = 0

    init(_ options: PlateauOptions, learningRate: Double) {
        self.options = options
        self.learningRate = learningRate
    }

    /// Takes the metric of one more epoch.
    mutating func observe(_ metric: Double) {
        if isBetter(metric) {
            best = metric
            badEpochs = 0
        } else {
            badEpochs += 1
        }
        if cooldownLeft > 0 {
            cooldownLeft -= 1
            badEpochs = 0
        }
        guard badEpochs > options.patience else { return }
        // PyTorch's eps: a fall that would change next to nothing is none.
        let reduced = max(learningRate * options.factor, options.minimum)
        if learningRate - reduced > 1e-8 { learningRate = reduced }
        cooldownLeft = options.cooldown
        badEpochs = 0
    }

    private func isBetter(_ metric: Double) -> Bool {
        guard metric.isFinite else { return false }
        guard let best else { return true }
        let sign: Double = options.goal.isMaximized ? 1 : -1
        let bound =
            options.isThresholdAbsolute ? best + sign * options.threshold : best * (1 + sign * options.threshold)
        return options.goal.isMaximized ? metric > bound : metric < bound
    }

    var state: JSONValue {
        [
            "learning_rate": .number(learningRate), "best": JSONValue(finite: best), "bad_epochs": .integer(badEpochs),
            "cooldown_left": .integer(cooldownLeft),
        ]
    }

    mutating func restore(_ state: JSONValue) throws(FieldError) {
        var fields = try JSONFields(state, path: "schedule")
        learningRate = try fields.required("learning_rate", fields.number("learning_rate", in: 0...1_000))
        best = try fields.number("best", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
        badEpochs = try fields.required("bad_epochs", fields.integer("bad_epochs", in: 0...Int.max))
        cooldownLeft = try fields.required("cooldown_left", fields.integer("cooldown_left", in: 0...Int.max))
        try fields.finish()
    }
}
