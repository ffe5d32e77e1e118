import Graphs
import JSON
import Preprocessing
import Serving
import Tensors

/// Requests that a version takes as they are, and where it is known, what it answers.
struct ModelExamples {
    let version: ModelVersion
    /// What lies on the disk beside the model.
    let found: VersionExample?

    /// Rows shown of sizes that a request chooses.
    private static let freeSize = 4

    /// The body of a predict request.
    var predictRequest: JSONValue {
        switch found {
        case .request(let request): request
        case .golden(let inputs, _): ["instances": [row(version.inputs.map(\.name), inputs.map { Self.sample($0) })]]
        case nil: ["instances": [made]]
        }
    }

    /// Its answer; nil when only the model could tell.
    var predictResponse: JSONValue? {
        guard case .golden(_, let outputs) = found, outputs.count == version.outputs.count else { return nil }
        var members = [
            JSONMember(
                "predictions", [row(version.outputs.map(\.name), outputs.map { Self.sample($0) })])
        ]
        if let scores = ClassScores(outputs[0], version.classNames), scores.label(0) != nil {
            members.append(JSONMember("classes", [.string(scores.name(scores.best(0, 1)[0]))]))
        }
        members.append(JSONMember("model_name", .string(version.modelName)))
        members.append(JSONMember("model_version", .string(String(version.number))))
        return .object(members)
    }

    /// The body of a request of the Open Inference Protocol.
    var inferRequest: JSONValue {
        let tensors = VersionInterface(version).tensors
        guard case .golden(let inputs, _) = found, inputs.count == tensors.count else {
            return ["inputs": .array(tensors.map(zeros))]
        }
        return [
            "inputs": .array(
                zip(tensors, inputs).map { tensor, values in
                    Self.input(tensor, values.shape.dimensions, .array(values.floats.map { Self.number($0) }))
                })
        ]
    }

    /// One value of a model with one input or output; an object of them by name otherwise.
    private func row(_ names: [String], _ values: [JSONValue]) -> JSONValue {
        values.count == 1 ? values[0] : .object(zip(names, values).map { JSONMember($0, $1) })
    }

    /// The only row of a tensor in lists inside each other, without sizes of 1 at the end.
    private static func sample(_ tensor: Tensor) -> JSONValue {
        var sizes = Array(tensor.shape.dimensions.dropFirst())
        while sizes.count > 1, sizes.last == 1 { sizes.removeLast() }
        return nested(tensor.floats[...], sizes[...])
    }

    private static func nested(_ values: ArraySlice<Float>, _ sizes: ArraySlice<Int>) -> JSONValue {
        guard let first = sizes.first else { return values.first.map { number($0) } ?? .null }
        let size = values.count / max(first, 1)
        return .array(
            (0..<first).map { index in
                let start = values.startIndex + index * size
                return nested(values[start..<(start + size)], sizes.dropFirst())
            })
    }

    /// The shortest number that reads back as the same float.
    private static func number(_ value: Float) -> JSONValue {
        if let integer = Int(exactly: value) { return .integer(integer) }
        return .number(Double(value.description) ?? Double(value))
    }

    private func zeros(_ tensor: VersionInterface.Description) -> JSONValue {
        let shape = tensor.shape.enumerated().map { axis, size in size >= 0 ? size : axis == 0 ? 1 : Self.freeSize }
        let element: JSONValue = tensor.datatype == .bytes ? .string(text(of: tensor.name)) : 0
        return Self.input(tensor, shape, .array([JSONValue](repeating: element, count: shape.reduce(1, *))))
    }

    private static func input(
        _ tensor: VersionInterface.Description, _ shape: [Int], _ data: JSONValue
    ) -> JSONValue {
        [
            "name": .string(tensor.name), "shape": JSONValue(shape), "datatype": .string(tensor.datatype.rawValue),
            "data": data,
        ]
    }

    // MARK: Rows that nobody has written down

    /// A row that the version takes.
    private var made: JSONValue {
        guard let preprocessing = version.preprocessing?.preprocessing else {
            return row(version.inputs.map(\.name), version.inputs.map { Self.zeros($0.sampleDimensions) })
        }
        switch preprocessing.input {
        case .tensor(let shape): return Self.zeros(shape.map(\.self))
        case .image(let height, let width, let channels): return Self.zeros([height, width, channels])
        case .sequence(let form):
            let length = form.padding == nil ? form.length : min(form.length, Self.freeSize)
            guard form.stepsAreRows else { return Self.zeros([length, form.features]) }
            let step = JSONValue.object(form.columns.map { JSONMember($0, 0) })
            return .array([JSONValue](repeating: step, count: length))
        case .table(let columns):
            return .object(columns.map { JSONMember($0.name, Self.value(of: $0)) })
        }
    }

    private static func zeros(_ sizes: [Int?]) -> JSONValue {
        sizes.reversed().reduce(0) { inner, size in .array([JSONValue](repeating: inner, count: size ?? freeSize)) }
    }

    private static func value(of column: TableColumn) -> JSONValue {
        switch column.encoding {
        // What numbers are scaled around is in the middle of what training saw.
        case .number(let encoding): number(min(max(encoding.fill ?? encoding.center, encoding.lower), encoding.upper))
        case .oneHot(let encoding), .index(let encoding): .string(encoding.categories[0])
        case .tokens: "some words"
        }
    }

    private func text(of column: String) -> String {
        guard case .table(let columns) = version.preprocessing?.preprocessing.input,
            let found = columns.first(where: { $0.name == column })
        else { return "" }
        return Self.value(of: found).string ?? ""
    }
}
