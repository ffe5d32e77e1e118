import JSON

/// One result of one call of a layer: `["dense", 0, 0]`.
struct KerasReference: Hashable {
    let layer: String
    let call: Int
    let result: Int

    init(layer: String, call: Int, result: Int) {
        (self.layer, self.call, self.result) = (layer, call, result)
    }

    /// Reads `[name, call, result]`, to which an older Keras adds the call's other arguments.
    /// - Returns: nil when it is something else.
    init?(_ value: JSONValue) {
        guard let list = value.array, list.count == 3 || list.count == 4, let layer = list[0].string,
            let call = list[1].int, let result = list[2].int, (0...65_535).contains(call), (0...63).contains(result)
        else { return nil }
        (self.layer, self.call, self.result) = (layer, call, result)
    }

    /// The references in a value, lists and dictionaries taken apart: the latter by their keys in alphabetical order, as
    /// Keras does.
    /// - Parameters:
    ///   - value: Of lists, dictionaries and references, as `input_layers` has them.
    ///   - path: Where it stands, for messages.
    /// - Returns: Each with its key, when it has one.
    /// - Throws: `FieldError` for anything else.
    static func flatten(
        _ value: JSONValue, path: String
    ) throws(FieldError) -> [(key: String?, reference: KerasReference)] {
        if let reference = KerasReference(value) { return [(nil, reference)] }
        var result: [(key: String?, reference: KerasReference)] = []
        switch value {
        case .array(let elements):
            for (index, element) in elements.enumerated() { result += try flatten(element, path: "\(path)[\(index)]") }
        case .object(let members):
            for member in members.sorted(by: { $0.name < $1.name }) {
                for entry in try flatten(member.value, path: "\(path).\(member.name)") {
                    result.append((entry.key ?? member.name, entry.reference))
                }
            }
        default:
            throw FieldError(
                path: path, expected: "[a layer's name, a call, a result]", found: JSONFields.text(value))
        }
        return result
    }
}
