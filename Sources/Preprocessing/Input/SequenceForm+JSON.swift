import JSON

extension SequenceForm {
    init(_ fields: inout JSONFields) throws(FieldError) {
        let length = try fields.required("length", fields.integer("length", in: 1...(1 << 20)))
        let features = try fields.required("features", fields.integer("features", in: 1...65_536))
        try Preprocessing.check([length, features], fields.path(of: "length"))
        let columns = try fields.strings("columns") ?? []
        let stepsAreRows = try fields.bool("steps_are_rows") ?? false
        guard columns.isEmpty || columns.count == (stepsAreRows ? features : length * features) else {
            throw FieldError(
                path: fields.path(of: "columns"),
                expected: "\(stepsAreRows ? features : length * features) names", found: "\(columns.count)")
        }
        var padding: Padding?
        if var filling = try fields.fields("padding") {
            padding = Padding(
                value: Float(try filling.number("value", in: -1e30...1e30) ?? 0),
                side: try filling.choice("side", of: Padding.Side.self) ?? .end)
            try filling.finish()
        }
        self.init(
            length: length, features: features, columns: columns, stepsAreRows: stepsAreRows, padding: padding)
    }

    var members: [JSONMember] {
        var members = [JSONMember("length", .integer(length)), JSONMember("features", .integer(features))]
        if !columns.isEmpty { members.append(JSONMember("columns", JSONValue(columns))) }
        if stepsAreRows { members.append(JSONMember("steps_are_rows", true)) }
        if let padding {
            let filling: JSONValue = ["value": .number(Double(padding.value)), "side": .string(padding.side.rawValue)]
            members.append(JSONMember("padding", filling))
        }
        return members
    }
}
