package import JSON

/// What a training starts from: exactly one of `preset`, `architecture` and `base` in a train request.
package enum TrainingSource: Sendable, Equatable {
    /// A named architecture that is sized from the dataset.
    case preset(String)
    /// An `architecture.json`, as it stands in the request; `ModelFormats.Architecture` reads it.
    case architecture(JSONValue)
    /// A version that is there: its architecture and its parameters. The served one when `version` is nil.
    case base(model: String, version: Int?)

    init(_ fields: inout JSONFields) throws(FieldError) {
        let preset = try fields.string("preset")
        let architecture = try fields.fields("architecture") == nil ? nil : fields.value("architecture")
        let base = fields.value("base")
        switch (preset, architecture, base) {
        case (let preset?, nil, nil): self = .preset(preset)
        case (nil, let architecture?, nil): self = .architecture(architecture)
        case (nil, nil, let base?): self = try Self.base(base, path: fields.path(of: "base"))
        case (nil, nil, nil):
            throw FieldError(
                path: fields.path(of: "preset"), expected: "one of \"preset\", \"architecture\" and \"base\"",
                found: "none")
        default:
            throw FieldError(
                path: fields.path(of: preset == nil ? "base" : "preset"),
                expected: "only one of \"preset\", \"architecture\" and \"base\"", found: "more")
        }
    }

    /// Reads `"digits"`, `"digits/3"` or `{"model": "digits", "version": 3}`.
    private static func base(_ value: JSONValue, path: String) throws(FieldError) -> TrainingSource {
        if let text = value.string {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let version = parts.count == 2 ? Int(parts[1]) : nil
            guard !parts[0].isEmpty, parts.count == 1 || (version ?? 0) > 0 else {
                throw FieldError(
                    path: path, expected: "\"<model>\" or \"<model>/<version>\"", found: JSONFields.text(value))
            }
            return .base(model: String(parts[0]), version: version)
        }
        var fields = try JSONFields(value, path: path)
        let model = try fields.required("model", fields.string("model"))
        let version = try fields.integer("version", in: 1...Int.max)
        try fields.finish()
        guard !model.isEmpty else { throw FieldError(path: "\(path).model", expected: "a model's name", found: "\"\"") }
        return .base(model: model, version: version)
    }

    var members: [(String, JSONValue?)] {
        switch self {
        case .preset(let name): [("preset", .string(name))]
        case .architecture(let architecture): [("architecture", architecture)]
        case .base(let model, let version):
            [("base", JSONValue(members: [("model", .string(model)), ("version", version.map { .integer($0) })]))]
        }
    }
}
