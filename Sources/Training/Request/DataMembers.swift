import JSON

/// What a request says of its data: an object `data`, and `target`, `splits` and `sizes` that may stand beside it.
enum DataMembers {
    /// One object of them all, for `DataOptions`; nil when there are none.
    static func read(_ fields: inout JSONFields) throws(FieldError) -> JSONValue? {
        var members: [JSONMember] = []
        if let inner = try fields.fields("data") {
            members = fields.value("data")?.members?.filter { $0.value != .null } ?? []
            for name in ["target", "splits", "sizes"] where inner.has(name) && fields.has(name) {
                throw FieldError(path: name, expected: "nothing beside \"data.\(name)\"", found: "another")
            }
        }
        for name in ["target", "splits", "sizes"] {
            if let value = fields.value(name) { members.append(JSONMember(name, value)) }
        }
        guard !members.isEmpty else { return nil }
        return .object(members)
    }
}
