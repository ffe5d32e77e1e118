import JSON

/// How a number of a table's column becomes the model's: filled in where it is missing, clipped, moved and scaled.
package struct NumberEncoding: Sendable, Equatable {
    /// Stands in for a missing value; nil refuses one.
    package var fill: Float?
    /// What values below and above are set to.
    package var lower: Float
    package var upper: Float
    /// Taken off first.
    package var center: Float
    /// What the rest is multiplied by.
    package var factor: Float

    /// Takes numbers as they are.
    package init(
        fill: Float? = nil, lower: Float = -.infinity, upper: Float = .infinity, center: Float = 0, factor: Float = 1
    ) {
        self.fill = fill
        self.lower = lower
        self.upper = upper
        self.center = center
        self.factor = factor
    }

    /// The model's number.
    func value(_ cell: Cell) throws(ColumnEncoding.Refusal) -> Float {
        (try clipped(cell) - center) * factor
    }

    /// The number before it is moved and scaled.
    func clipped(_ cell: Cell) throws(ColumnEncoding.Refusal) -> Float {
        let value: Float
        switch cell {
        case .number(let number): value = number
        case .missing:
            guard let fill else { throw .init(expected: "a number") }
            value = fill
        case .text: throw .init(expected: "a number")
        }
        return min(max(value, lower), upper)
    }

    init(_ fields: inout JSONFields) throws(FieldError) {
        let all = -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude)
        self.init(
            fill: try fields.number("fill", in: all).map { Float($0) },
            lower: try fields.number("lower", in: all).map { Float($0) } ?? -.infinity,
            upper: try fields.number("upper", in: all).map { Float($0) } ?? .infinity,
            center: Float(try fields.number("center", in: all) ?? 0),
            factor: Float(try fields.number("factor", in: all) ?? 1))
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if let fill { members.append(JSONMember("fill", .number(Double(fill)))) }
        if lower.isFinite { members.append(JSONMember("lower", .number(Double(lower)))) }
        if upper.isFinite { members.append(JSONMember("upper", .number(Double(upper)))) }
        if center != 0 { members.append(JSONMember("center", .number(Double(center)))) }
        if factor != 1 { members.append(JSONMember("factor", .number(Double(factor)))) }
        return members
    }
}
