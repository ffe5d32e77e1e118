import JSON

extension NumericStep {
    private enum Kind: String, CaseIterable {
        case impute, clip, resize, grayscale, invert
        case rowMeans = "row_means"
        case reverseColors = "reverse_colors"
        case channelsFirst = "channels_first"
        case scale, normalise
    }

    /// Reads a step for rows of `shape`.
    init(json: JSONValue, path: String, shape: [Int]) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let kind = try fields.required("step", fields.choice("step", of: Kind.self))
        switch kind {
        case .impute: self = .impute(try Self.parameters("values", &fields, shape))
        case .clip:
            self = .clip(
                lower: try Self.parameters("lower", &fields, shape), upper: try Self.parameters("upper", &fields, shape)
            )
        case .resize:
            self = .resize(
                height: try fields.required("height", fields.integer("height", in: 1...65_535)),
                width: try fields.required("width", fields.integer("width", in: 1...65_535)))
        case .grayscale: self = .grayscale
        case .invert: self = .invert(try fields.choice("when", of: Inversion.self) ?? .always)
        case .rowMeans: self = .rowMeans
        case .reverseColors: self = .reverseColors
        case .channelsFirst: self = .channelsFirst
        case .scale:
            self = .scale(
                factor: Float(try fields.required("factor", fields.number("factor", in: -1e30...1e30))),
                offset: Float(try fields.number("offset", in: -1e30...1e30) ?? 0))
        case .normalise:
            self = .normalise(
                center: try Self.parameters("center", &fields, shape),
                factor: try Self.parameters("factor", &fields, shape))
        }
        if case .clip(let lower, let upper) = self { try Self.check(lower, upper, path) }
        if case .normalise(let center, let factor) = self { try Self.check(center, factor, path) }
        if !isElementwise { try Self.check(shape, path, needsColour: kind == .grayscale) }
        try fields.finish()
    }

    var json: JSONValue {
        switch self {
        case .impute(let values): ["step": "impute", "values": Self.list(values)]
        case .clip(let lower, let upper): ["step": "clip", "lower": Self.list(lower), "upper": Self.list(upper)]
        case .resize(let height, let width): ["step": "resize", "height": .integer(height), "width": .integer(width)]
        case .grayscale: ["step": "grayscale"]
        case .invert(let inversion): ["step": "invert", "when": .string(inversion.rawValue)]
        case .rowMeans: ["step": .string(Kind.rowMeans.rawValue)]
        case .reverseColors: ["step": .string(Kind.reverseColors.rawValue)]
        case .channelsFirst: ["step": .string(Kind.channelsFirst.rawValue)]
        case .scale(let factor, let offset):
            ["step": "scale", "factor": .number(Double(factor)), "offset": .number(Double(offset))]
        case .normalise(let center, let factor):
            ["step": "normalise", "center": Self.list(center), "factor": Self.list(factor)]
        }
    }

    private static func list(_ values: [Float]) -> JSONValue { JSONValue(values.map { Double($0) }) }

    /// A list with one value, one for each feature or one for each element.
    private static func parameters(
        _ name: String, _ fields: inout JSONFields, _ shape: [Int]
    ) throws(FieldError) -> [Float] {
        let values = try fields.required(name, fields.numbers(name)).map { Float($0) }
        let counts = [1, shape.last ?? 1, shape.reduce(1, *)]
        guard counts.contains(values.count), values.allSatisfy(\.isFinite) else {
            throw FieldError(
                path: fields.path(of: name), expected: "\(counts.map(String.init).joined(separator: " or ")) numbers",
                found: "\(values.count)")
        }
        return values
    }

    private static func check(_ first: [Float], _ second: [Float], _ path: String) throws(FieldError) {
        guard first.count == second.count else {
            throw FieldError(
                path: path, expected: "two lists of the same size", found: "\(first.count), \(second.count)")
        }
    }

    private static func check(_ shape: [Int], _ path: String, needsColour: Bool) throws(FieldError) {
        guard shape.count == 3, !needsColour || shape[2] == 3 else {
            throw FieldError(
                path: path, expected: needsColour ? "images of 3 channels" : "images", found: "rows of shape \(shape)")
        }
    }
}
