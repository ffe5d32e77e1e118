package import JSON

extension OptimizerOptions {
    /// Below this epsilon a parameter without a gradient could become 0 / 0.
    private static let epsilons: ClosedRange<Double> = 1e-16...1
    /// Factors of moving averages: 1 would never forget.
    private static let factors: ClosedRange<Double> = 0...0.999_999

    /// Reads a declaration, which stands at `path` of its document: an object, or a rule's name alone.
    package init(json: JSONValue, path: String = "optimizer") throws(FieldError) {
        self = try NamedDeclaration.read(json, path: path) { fields throws(FieldError) in
            try OptimizerOptions(&fields)
        }
    }

    private init(_ fields: inout JSONFields) throws(FieldError) {
        let name = try fields.required("name", fields.choice("name", of: OptimizerRule.Name.self))
        let formula = try fields.choice("formula", of: Formula.self) ?? .pytorch
        let isPyTorch = formula == .pytorch
        let rule: OptimizerRule =
            switch name {
            case .sgd: try Self.sgd(&fields)
            case .adam, .adamw: try Self.adam(&fields, isPyTorch: isPyTorch, isDecoupled: name == .adamw)
            case .rmsprop: try Self.rmsprop(&fields, isPyTorch: isPyTorch)
            case .adagrad: try Self.adagrad(&fields, isPyTorch: isPyTorch)
            }
        let rate = try fields.number("learning_rate", in: 0...1_000)
        let decay = try fields.number("weight_decay", in: 0...1_000)
        self.init(
            rule: rule, formula: formula, learningRate: rate ?? Self.defaultLearningRate(name, isPyTorch: isPyTorch),
            weightDecay: decay ?? (name != .adamw ? 0 : isPyTorch ? 0.01 : 0.004),
            decayed: try fields.choice("decay", of: DecayedParameters.self) ?? .all)
    }

    /// The whole declaration, defaults filled in.
    package var json: JSONValue {
        var members: [(String, JSONValue?)] = [
            ("name", .string(rule.name.rawValue)), ("formula", .string(formula.rawValue)),
            ("learning_rate", .number(learningRate)), ("weight_decay", .number(weightDecay)),
            ("decay", .string(decayed.rawValue)),
        ]
        switch rule {
        case .sgd(let momentum, let dampening, let isNesterov):
            members += [
                ("momentum", .number(momentum)), ("dampening", .number(dampening)), ("nesterov", .bool(isNesterov)),
            ]
        case .adam(let beta1, let beta2, let epsilon, _):
            members += [("beta1", .number(beta1)), ("beta2", .number(beta2)), ("epsilon", .number(epsilon))]
        case .rmsprop(let smoothing, let epsilon, let momentum, let isCentered):
            members += [
                ("rho", .number(smoothing)), ("epsilon", .number(epsilon)), ("momentum", .number(momentum)),
                ("centered", .bool(isCentered)),
            ]
        case .adagrad(let epsilon, let learningRateDecay, let initialAccumulator):
            members += [
                ("epsilon", .number(epsilon)), ("learning_rate_decay", .number(learningRateDecay)),
                ("initial_accumulator", .number(initialAccumulator)),
            ]
        }
        return JSONValue(members: members)
    }

    private static func defaultLearningRate(_ name: OptimizerRule.Name, isPyTorch: Bool) -> Double {
        switch name {
        case .adam, .adamw: 0.001
        case .sgd: isPyTorch ? 0.001 : 0.01
        case .rmsprop, .adagrad: isPyTorch ? 0.01 : 0.001
        }
    }

    private static func sgd(_ fields: inout JSONFields) throws(FieldError) -> OptimizerRule {
        let momentum = try fields.number("momentum", in: factors) ?? 0
        let dampening = try fields.number("dampening", in: 0...1) ?? 0
        let isNesterov = try fields.bool("nesterov") ?? false
        if isNesterov, momentum == 0 || dampening != 0 {
            throw fields.error("nesterov", "false unless momentum is above 0 and dampening is 0", .bool(true))
        }
        return .sgd(momentum: momentum, dampening: dampening, isNesterov: isNesterov)
    }

    private static func adam(
        _ fields: inout JSONFields, isPyTorch: Bool, isDecoupled: Bool
    ) throws(FieldError) -> OptimizerRule {
        .adam(
            beta1: try fields.number("beta1", in: factors) ?? 0.9,
            beta2: try fields.number("beta2", in: factors) ?? 0.999,
            epsilon: try fields.number("epsilon", in: epsilons) ?? (isPyTorch ? 1e-8 : 1e-7), isDecoupled: isDecoupled)
    }

    private static func rmsprop(_ fields: inout JSONFields, isPyTorch: Bool) throws(FieldError) -> OptimizerRule {
        // PyTorch calls it alpha, Keras rho; either name will do.
        let alpha = try fields.number("alpha", in: factors)
        let rho = try fields.number("rho", in: factors)
        if let alpha, rho != nil {
            throw fields.error("alpha", "nothing beside \"rho\", which is the same", .number(alpha))
        }
        return .rmsprop(
            smoothing: alpha ?? rho ?? (isPyTorch ? 0.99 : 0.9),
            epsilon: try fields.number("epsilon", in: epsilons) ?? (isPyTorch ? 1e-8 : 1e-7),
            momentum: try fields.number("momentum", in: factors) ?? 0,
            isCentered: try fields.bool("centered") ?? false)
    }

    private static func adagrad(_ fields: inout JSONFields, isPyTorch: Bool) throws(FieldError) -> OptimizerRule {
        .adagrad(
            epsilon: try fields.number("epsilon", in: epsilons) ?? (isPyTorch ? 1e-10 : 1e-7),
            learningRateDecay: try fields.number("learning_rate_decay", in: 0...1) ?? 0,
            initialAccumulator: try fields.number("initial_accumulator", in: 0...1e6) ?? (isPyTorch ? 0 : 0.1))
    }
}
