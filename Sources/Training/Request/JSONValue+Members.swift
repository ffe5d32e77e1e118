import JSON

extension JSONValue {
    /// An object of the members whose value is not nil.
    init(members: [(String, JSONValue?)]) {
        self = .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }

    /// A number; null for NaN and the infinities, which JSON does not have.
    init(finite value: Double?) {
        self = if let value, value.isFinite { .number(value) } else { .null }
    }
}
