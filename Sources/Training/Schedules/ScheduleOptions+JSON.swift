package import JSON

extension ScheduleOptions {
    private enum Name: String, CaseIterable {
        case constant, step, exponential, cosine
        case reduceOnPlateau = "reduce_on_plateau"
    }

    /// Reads a declaration: an object, or a schedule's name alone.
    ///
    ///     {"name": "cosine", "minimum": 1e-5, "warmup": {"epochs": 1}}
    package init(json: JSONValue, path: String = "schedule") throws(FieldError) {
        self = try NamedDeclaration.read(json, path: path) { fields throws(FieldError) in
            try ScheduleOptions(&fields)
        }
    }

    private init(_ fields: inout JSONFields) throws(FieldError) {
        let name = try fields.choice("name", of: Name.self) ?? .constant
        let unit = name == .constant || name == .reduceOnPlateau ? nil : try fields.choice("per", of: Unit.self)
        switch name {
        case .constant: rule = .constant
        case .step: rule = try Self.step(&fields, unit: unit ?? .epoch)
        case .exponential:
            let factor = try fields.required("factor", fields.number("factor", in: 0...1))
            rule = .exponential(factor: factor, unit: unit ?? .epoch)
        case .cosine:
            rule = .cosine(
                length: try fields.integer("length", in: 1...1_000_000_000),
                minimum: try fields.number("minimum", in: 0...1_000) ?? 0, unit: unit ?? .epoch)
        case .reduceOnPlateau: rule = .reduceOnPlateau(try PlateauOptions(&fields))
        }
        if let value = fields.value("warmup") { warmUp = try WarmUp(json: value, path: fields.path(of: "warmup")) }
    }

    /// The whole declaration, defaults filled in; nil for a constant learning rate.
    package var json: JSONValue? {
        if rule == .constant, warmUp == nil { return nil }
        let members: [(String, JSONValue?)]
        let name: Name
        switch rule {
        case .constant: (name, members) = (.constant, [])
        case .step(let every, let factor, let unit):
            name = .step
            members = [("every", .integer(every)), ("factor", .number(factor)), ("per", .string(unit.rawValue))]
        case .milestones(let milestones, let factor, let unit):
            name = .step
            members = [("at", JSONValue(milestones)), ("factor", .number(factor)), ("per", .string(unit.rawValue))]
        case .exponential(let factor, let unit):
            (name, members) = (.exponential, [("factor", .number(factor)), ("per", .string(unit.rawValue))])
        case .cosine(let length, let minimum, let unit):
            name = .cosine
            members = [
                ("length", length.map { .integer($0) }), ("minimum", .number(minimum)),
                ("per", .string(unit.rawValue)),
            ]
        case .reduceOnPlateau(let options): (name, members) = (.reduceOnPlateau, options.members)
        }
        return JSONValue(members: [("name", .string(name.rawValue))] + members + [("warmup", warmUp?.json)])
    }

    private static func step(_ fields: inout JSONFields, unit: Unit) throws(FieldError) -> Rule {
        let every = try fields.integer("every", in: 1...1_000_000_000)
        let milestones = try fields.integers("at", in: 1...1_000_000_000)
        let factor = try fields.number("factor", in: 0...1) ?? 0.1
        switch (every, milestones) {
        case (let every?, nil): return .step(every: every, factor: factor, unit: unit)
        case (nil, let milestones?):
            guard zip(milestones, milestones.dropFirst()).allSatisfy(<) else {
                throw fields.error("at", "rising numbers", JSONValue(milestones))
            }
            return .milestones(milestones, factor: factor, unit: unit)
        default:
            throw FieldError(
                path: fields.path, expected: "either \"every\" or \"at\"", found: every == nil ? "none" : "both")
        }
    }
}
