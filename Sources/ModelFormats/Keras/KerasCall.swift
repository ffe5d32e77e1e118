import JSON

/// One call of a layer in a functional model: what it takes, as Keras 2 and Keras 3 write it.
struct KerasCall {
    /// The tensors in the order of the layer's arguments; initial states of recurrent layers follow the sequence.
    private(set) var inputs: [KerasReference] = []
    /// Numbers among the arguments, for operations such as `x * 2`, each with its place.
    private(set) var numbers: [(place: Int, value: Double)] = []
    /// The masks among the arguments: which steps count.
    private(set) var masks: [KerasReference] = []
    /// Arguments by name that are neither tensors nor of those below.
    private(set) var settings: [JSONMember] = []

    /// Why the call is none of a trained model, if the layer does something else in training.
    private(set) var trainingError: FieldError?

    private init() {}

    /// Reads one of `inbound_nodes`.
    /// - Parameters:
    ///   - value: `{"args": …, "kwargs": …}` or `[["name", 0, 0, {}], …]`.
    ///   - path: Where it stands, for messages.
    /// - Throws: `FieldError` for arguments that are no tensors.
    init(_ value: JSONValue, path: String) throws(FieldError) {
        guard value.members == nil else {
            var fields = try JSONFields(value, path: path)
            if let arguments = fields.value("args") { try read(arguments, path: "\(path).args") }
            if let named = fields.value("kwargs") { try readNamed(named, path: "\(path).kwargs") }
            return
        }
        for (index, element) in try Self.list(value, path: path).enumerated() {
            try readOlder(element, path: "\(path)[\(index)]")
        }
    }

    private static func list(_ value: JSONValue, path: String) throws(FieldError) -> [JSONValue] {
        guard let list = value.array else {
            throw FieldError(path: path, expected: "the arguments of a call", found: JSONFields.text(value))
        }
        // A single reference stands for a list of one.
        return KerasReference(value) == nil ? list : [value]
    }

    /// A reference of Keras 2, the fourth member of which is arguments by name.
    private mutating func readOlder(_ value: JSONValue, path: String) throws(FieldError) {
        guard let reference = KerasReference(value) else {
            for entry in try KerasReference.flatten(value, path: path) { inputs.append(entry.reference) }
            return
        }
        inputs.append(reference)
        if let list = value.array, list.count == 4 { try readNamed(list[3], path: "\(path)[3]") }
    }

    /// An argument of Keras 3: a tensor with its history, a list or a dictionary of them, or a plain value.
    private mutating func read(_ value: JSONValue, path: String) throws(FieldError) {
        switch value {
        case .null: break
        case .integer, .number:
            guard let number = value.double else { break }
            numbers.append((inputs.count + numbers.count, number))
        case .array(let elements):
            for (index, element) in elements.enumerated() { try read(element, path: "\(path)[\(index)]") }
        case .object(let members):
            if let reference = try Self.tensor(value, path: path) {
                inputs.append(reference)
                return
            }
            guard value["class_name"] == nil else {
                throw FieldError(
                    path: path, expected: "a tensor", found: JSONFields.text(value["class_name"] ?? .null))
            }
            for member in members.sorted(by: { $0.name < $1.name }) {
                try read(member.value, path: "\(path).\(member.name)")
            }
        case .bool, .string:
            throw FieldError(path: path, expected: "a tensor", found: JSONFields.text(value))
        }
    }

    /// `{"class_name": "__keras_tensor__", "config": {…, "keras_history": ["dense", 0, 0]}}`; nil for other objects.
    private static func tensor(_ value: JSONValue, path: String) throws(FieldError) -> KerasReference? {
        guard value["class_name"]?.string == "__keras_tensor__" else { return nil }
        let history = value["config"]?["keras_history"] ?? .null
        guard let reference = KerasReference(history) else {
            throw FieldError(
                path: "\(path).config.keras_history", expected: "[a layer's name, a call, a result]",
                found: JSONFields.text(history))
        }
        return reference
    }

    private mutating func readNamed(_ value: JSONValue, path: String) throws(FieldError) {
        guard let members = value.members else {
            throw FieldError(path: path, expected: "arguments by name", found: JSONFields.text(value))
        }
        for member in members where member.value != .null && member.value != [] {
            let path = "\(path).\(member.name)"
            switch member.name {
            case "training":
                guard member.value != false else { continue }
                trainingError = FieldError(path: path, expected: "false", found: JSONFields.text(member.value))
            case "mask":
                var call = KerasCall()
                try call.readState(member.value, path: path)
                masks += call.inputs
            case "initial_state", "inputs": try readState(member.value, path: path)
            default: settings.append(member)
            }
        }
    }

    private mutating func readState(_ value: JSONValue, path: String) throws(FieldError) {
        if let list = value.array, KerasReference(value) == nil {
            for (index, element) in list.enumerated() { try readState(element, path: "\(path)[\(index)]") }
        } else if let reference = KerasReference(value) {
            inputs.append(reference)
        } else {
            try read(value, path: path)
        }
    }
}
