import JSON

/// A setting that a layer of Keras has in common with the one of an architecture.
struct KerasSetting: Sendable, ExpressibleByStringLiteral {
    /// What Keras calls it.
    let name: String
    /// What the architecture calls it.
    let architectureName: String
    /// The value with which it need not be mentioned.
    let usual: JSONValue?

    init(_ name: String, as architectureName: String? = nil, unless usual: JSONValue? = nil) {
        (self.name, self.architectureName, self.usual) = (name, architectureName ?? name, usual)
    }

    init(stringLiteral name: String) { self.init(name) }
}
