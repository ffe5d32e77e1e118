import JSON

extension SequenceForm {
    init(_ fields: inout JSONFields) throws(FieldError) {
        let length = try fields.required("length", fields.integer("length", in: 1...(1 << 20)))
        let features = try fields.required("features", fields.integer("features", in: 1...65_536))
        try Preprocessing.check([length, features], fields.path(of: "length"))
        let columns = try fields.strings("columns") ?? []
        var window: Window?
        if var cut = try fields.fields("window") {
            window = Window(
                length: length, stride: try cut.integer("stride", in: 1...65_536) ?? 1,
                horizon: try cut.integer("horizon", in: 0...65_536) ?? 0)
            try cut.finish()
        }
        let nameCount = window == nil ? length * features : features
        guard columns.isEmpty || columns.count == nameCount else {
            throw FieldError(
                path: fields.path(of: "columns"),
                expected: "\(nameCount) names", found: "\(columns.count)")
        }
        var padding: Padding?
        if var filling = try fields.fields("padding") {
            padding = Padding(
                value: Float(try filling.number("value", in: -1e30...1e30) ?? 0),
                side: try filling.choice("side", of: Padding.Side.self) ?? .end)
            try filling.finish()
        }
        self.init(
            length: length, features: features, columns: columns, window: window, padding: padding)
    }

    var members: [JSONMember] {
        var members = [JSONMember("length", .integer(length)), JSONMember("features", .integer(features))]
        if !columns.isEmpty { members.append(JSONMember("columns", JSONValue(columns))) }
        if let window {
            let cut: JSONValue = ["stride": .integer(window.stride), "horizon": .integer(window.horizon)]
            members.append(JSONMember("window", cut))
        }
        if let padding {
            let filling: JSONValue = ["value": .number(Double(padding.value)), "side": .string(padding.side.rawValue)]
            members.append(JSONMember("padding", filling))
        }
        return members
    }
}
