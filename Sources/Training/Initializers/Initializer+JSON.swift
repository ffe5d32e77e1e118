package import JSON

extension Initializer {
    /// Reads a name, or an object of a name and its numbers:
    ///
    ///     {"name": "random_normal", "mean": 0, "stddev": 0.02}
    ///     {"name": "variance_scaling", "scale": 2, "mode": "fan_in", "distribution": "uniform"}
    package init(json: JSONValue, path: String = "initializer") throws(FieldError) {
        self = try NamedDeclaration.read(json, path: path) { fields throws(FieldError) in
            try Self.read(fields.required("name", fields.string("name")), &fields)
        }
    }

    private static func read(_ name: String, _ fields: inout JSONFields) throws(FieldError) -> Initializer {
        let any = -1e6...1e6
        switch name {
        case "constant": return .constant(try fields.number("value", in: any) ?? 0)
        case "variance_scaling": return try varianceScaling(&fields)
        default: break
        }
        guard let standard = Initializer(named: name) else {
            let names = names + ["constant", "variance_scaling"]
            throw fields.error("name", "one of \(names.joined(separator: ", "))", .string(name))
        }
        switch standard {
        case .uniform(let low, let high):
            let bounds = (try fields.number("minval", in: any) ?? low, try fields.number("maxval", in: any) ?? high)
            guard bounds.0 <= bounds.1 else {
                throw fields.error("maxval", "a number not below minval", .number(bounds.1))
            }
            return .uniform(low: bounds.0, high: bounds.1)
        case .normal(let mean, let deviation):
            return .normal(
                mean: try fields.number("mean", in: any) ?? mean,
                deviation: try fields.number("stddev", in: 0...1e6) ?? deviation)
        case .truncatedNormal(let mean, let deviation):
            return .truncatedNormal(
                mean: try fields.number("mean", in: any) ?? mean,
                deviation: try fields.number("stddev", in: 0...1e6) ?? deviation)
        case .orthogonal(let gain): return .orthogonal(gain: try fields.number("gain", in: any) ?? gain)
        case .identity(let gain): return .identity(gain: try fields.number("gain", in: any) ?? gain)
        case .constant, .varianceScaling: return standard
        }
    }

    private static func varianceScaling(_ fields: inout JSONFields) throws(FieldError) -> Initializer {
        .varianceScaling(
            scale: try fields.number("scale", in: 1e-9...1e6) ?? 1,
            fan: try fields.choice("mode", of: Fan.self) ?? .fanIn,
            distribution: try fields.choice("distribution", of: Distribution.self) ?? .truncatedNormal)
    }
}
