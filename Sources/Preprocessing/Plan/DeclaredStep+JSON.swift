import JSON

extension DeclaredStep {
    private enum Name: String, CaseIterable {
        case drop
        case dropRows = "drop_rows"
        case window, impute, clip, resize, grayscale, scale, standardise
        case minMax = "min_max"
        case normalise
        case oneHot = "one_hot"
        case vocabulary, pad
    }

    private enum Strategy: String, CaseIterable {
        case mean, median
        case mostFrequent = "most_frequent"
        case constant
    }

    private static let numbers = -1e30...1e30

    init(json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let name = try fields.required("step", fields.choice("step", of: Name.self))
        columns = try fields.strings("columns")
        if name == .drop, columns == nil { _ = try fields.required("columns", columns) }
        kind = try Self.kind(name, &fields)
        self.path = path
        try fields.finish()
    }

    private static func kind(_ name: Name, _ fields: inout JSONFields) throws(FieldError) -> Kind {
        switch name {
        case .drop: return .drop
        case .dropRows: return .dropRows
        case .window: return .window(try window(&fields))
        case .impute: return .impute(try fill(&fields))
        case .clip: return try clip(&fields)
        case .resize:
            return .resize(
                height: try fields.required("height", fields.integer("height", in: 1...8192)),
                width: try fields.required("width", fields.integer("width", in: 1...8192)))
        case .grayscale: return .grayscale
        case .scale:
            return .scale(
                factor: Float(try fields.required("factor", fields.number("factor", in: numbers))),
                offset: Float(try fields.number("offset", in: numbers) ?? 0))
        case .standardise: return .standardise
        case .minMax:
            let minimum = Float(try fields.number("minimum", in: numbers) ?? 0)
            let maximum = Float(try fields.number("maximum", in: numbers) ?? 1)
            guard minimum < maximum else {
                throw fields.error("maximum", "more than the minimum, \(minimum)", .number(Double(maximum)))
            }
            return .minMax(minimum: minimum, maximum: maximum)
        case .normalise: return try normalise(&fields)
        case .oneHot:
            return .oneHot(maximum: try fields.integer("maximum", in: 1...CategoryEncoding.maximumCount) ?? 1000)
        case .vocabulary: return try vocabulary(&fields)
        case .pad:
            return .pad(
                length: try fields.integer("length", in: 1...(1 << 20)),
                SequenceForm.Padding(
                    value: Float(try fields.number("value", in: numbers) ?? 0),
                    side: try fields.choice("side", of: SequenceForm.Padding.Side.self) ?? .end))
        }
    }

    private static func window(_ fields: inout JSONFields) throws(FieldError) -> Window {
        Window(
            length: try fields.required("length", fields.integer("length", in: 1...65_536)),
            stride: try fields.integer("stride", in: 1...65_536) ?? 1,
            horizon: try fields.integer("horizon", in: 0...65_536) ?? 0)
    }

    private static func fill(_ fields: inout JSONFields) throws(FieldError) -> Fill {
        let value = fields.value("value")
        switch try fields.choice("strategy", of: Strategy.self) ?? (value == nil ? .median : .constant) {
        case .mean: return .mean
        case .median: return .median
        case .mostFrequent: return .mostFrequent
        case .constant:
            let value = try fields.required("value", value)
            if let text = value.string { return .constant(.text(text)) }
            guard let number = value.double, numbers.contains(number) else {
                throw fields.error("value", "a number or a text", value)
            }
            return .constant(.number(Float(number)))
        }
    }

    private static func clip(_ fields: inout JSONFields) throws(FieldError) -> Kind {
        let lower = try fields.number("lower", in: numbers).map { Float($0) }
        let upper = try fields.number("upper", in: numbers).map { Float($0) }
        let quantiles = try fields.numbers("quantiles")
        if let quantiles {
            guard lower == nil, upper == nil, quantiles.count == 2, quantiles[0] >= 0, quantiles[0] < quantiles[1],
                quantiles[1] <= 1
            else {
                throw FieldError(
                    path: fields.path(of: "quantiles"), expected: "two numbers of 0...1 that rise, and no bounds",
                    found: "\(quantiles)")
            }
            return .clip(lower: nil, upper: nil, quantiles: quantiles[0]...quantiles[1])
        }
        guard lower != nil || upper != nil, (lower ?? -.infinity) < (upper ?? .infinity) else {
            throw FieldError(
                path: fields.path, expected: "lower < upper, one of them, or quantiles",
                found: lower == nil ? "none" : "lower \(lower ?? 0), upper \(upper ?? 0)")
        }
        return .clip(lower: lower, upper: upper, quantiles: nil)
    }

    private static func normalise(_ fields: inout JSONFields) throws(FieldError) -> Kind {
        let mean = try fields.required("mean", fields.numbers("mean")).map { Float($0) }
        let deviation = try fields.required("deviation", fields.numbers("deviation")).map { Float($0) }
        guard !mean.isEmpty, mean.count == deviation.count, mean.allSatisfy(\.isFinite),
            deviation.allSatisfy({ $0 > 0 && $0.isFinite && (1 / $0).isFinite })
        else {
            throw FieldError(
                path: fields.path(of: "deviation"), expected: "as many numbers as means, \(mean.count), above 0",
                found: "\(deviation)")
        }
        return .normalise(mean: mean, deviation: deviation)
    }

    private static func vocabulary(_ fields: inout JSONFields) throws(FieldError) -> Kind {
        let token = try fields.choice("tokens", of: Token.self) ?? .whole
        let size = try fields.integer("size", in: 1...CategoryEncoding.maximumCount) ?? 10_000
        let length = try fields.integer("length", in: 1...TokenEncoding.maximumLength)
        if token == .whole, let length {
            throw fields.error("length", "no length with the tokens \"whole\"", .integer(length))
        }
        return .vocabulary(token, size: size, length: token == .whole ? 1 : try fields.required("length", length))
    }
}
