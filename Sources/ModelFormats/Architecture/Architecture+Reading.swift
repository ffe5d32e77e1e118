package import JSON

extension Architecture {
    /// Reads `architecture.json`, or the architecture in a request.
    /// - Parameters:
    ///   - json: See `Architecture`.
    ///   - path: Where it stands in its document, for messages.
    ///   - inputShape: The input's shape when the document has none.
    /// - Throws: `FieldError` naming the field, such as `layers[3].units`.
    package init(
        json: JSONValue, path: String = "", inputShape: SampleShape? = nil
    ) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let name = try fields.string("name") ?? "model"
        let initialization = try fields.choice("initialization", of: InitializerConvention.self) ?? .keras
        let layout = try fields.choice("layout", of: SampleLayout.self) ?? .channelsLast
        let parameterNames = try Self.parameterNames(&fields)
        let inputs = try Self.inputs(&fields, inputShape)
        let hasLengths = try fields.bool("lengths") ?? false
        let layers = try fields.required("layers", try fields.array("layers"))
        guard (1...Self.maximumLayerCount).contains(layers.count) else {
            throw FieldError(
                path: fields.path(of: "layers"), expected: "1 to \(Self.maximumLayerCount) layers",
                found: "\(layers.count)")
        }
        var reader = ArchitectureReader(initialization: initialization, layout: layout, inputs: inputs)
        for (index, layer) in layers.enumerated() {
            try reader.read(layer, path: fields.path(of: "layers[\(index)]"))
        }
        let outputs = try fields.strings("outputs") ?? [reader.nodes[reader.nodes.count - 1].name]
        try Self.check(outputs, reader, path: fields.path(of: "outputs"))
        try Self.check(parameterNames, reader.nodes, path: fields.path(of: "parameters"))
        // What a proposal was not sure of: for people.
        _ = fields.value("assumptions")
        try fields.finish()
        self.init(
            name: String(name.prefix(200)), initialization: initialization, layout: layout,
            parameterNames: parameterNames, inputs: inputs, hasLengths: hasLengths, nodes: reader.nodes,
            outputs: outputs)
    }

    /// `"parameters": {"conv1": "features.0"}`: what files call a layer's tensors, or one of them.
    private static func parameterNames(_ fields: inout JSONFields) throws(FieldError) -> [String: String] {
        guard let value = fields.value("parameters") else { return [:] }
        guard let members = value.members else { throw fields.error("parameters", "an object of names", value) }
        var names: [String: String] = [:]
        for member in members {
            guard let name = member.value.string else {
                throw fields.error("parameters.\(member.name)", "the name of a tensor in the file", member.value)
            }
            names[member.name] = name
        }
        return names
    }

    private static func inputs(
        _ fields: inout JSONFields, _ inputShape: SampleShape?
    ) throws(FieldError) -> [Input] {
        if let list = try fields.array("inputs") {
            guard (1...16).contains(list.count), !fields.has("input_shape") else {
                throw FieldError(
                    path: fields.path(of: "inputs"), expected: "1 to 16 inputs, or an input_shape instead",
                    found: fields.has("input_shape") ? "both" : "\(list.count)")
            }
            var inputs: [Input] = []
            for (index, value) in list.enumerated() {
                var members = try JSONFields(value, path: fields.path(of: "inputs[\(index)]"))
                let name = try members.required("name", try members.string("name"))
                guard ArchitectureReader.isName(name), name != lengthsName, !inputs.contains(where: { $0.name == name })
                else { throw members.error("name", ArchitectureReader.nameRule, .string(name)) }
                let shape = try members.required("shape", try Self.shape(&members, "shape"))
                try members.finish()
                inputs.append(Input(name: name, shape: shape))
            }
            return inputs
        }
        guard let shape = try Self.shape(&fields, "input_shape") ?? inputShape else {
            throw FieldError(path: fields.path(of: "input_shape"), expected: "the shape of a sample", found: "none")
        }
        return [Input(name: "input", shape: shape)]
    }

    /// A shape whose first size may be null.
    private static func shape(_ fields: inout JSONFields, _ name: String) throws(FieldError) -> SampleShape? {
        guard let list = try fields.array(name) else { return nil }
        var sizes: [Int?] = []
        var count = 1
        for (index, value) in list.enumerated() {
            if value == .null, index == 0 {
                sizes.append(nil)
                continue
            }
            guard let size = value.int, (1...maximumElementCount).contains(size), count * size <= maximumElementCount
            else {
                throw fields.error(
                    "\(name)[\(index)]", "a size of at least 1, with at most \(maximumElementCount) elements together",
                    value)
            }
            count *= size
            sizes.append(size)
        }
        guard (1...4).contains(list.count) else {
            throw fields.error(name, "1 to 4 sizes", .integer(list.count))
        }
        return SampleShape(sizes)
    }

    private static func check(
        _ parameterNames: [String: String], _ nodes: [ArchitectureNode], path: String
    ) throws(FieldError) {
        let known = Set(nodes.map(\.name) + nodes.flatMap { $0.plan.fileTensors.map(\.name) })
        if let name = parameterNames.keys.filter({ !known.contains($0) }).min() {
            throw FieldError(
                path: path, expected: "names of layers or of their tensors",
                found: JSONFields.text(.string(name)))
        }
    }

    private static func check(
        _ outputs: [String], _ reader: ArchitectureReader, path: String
    ) throws(FieldError) {
        guard (1...16).contains(outputs.count), Set(outputs).count == outputs.count else {
            throw FieldError(path: path, expected: "1 to 16 different names", found: "\(outputs.count) names")
        }
        let results = Set(reader.nodes.flatMap { node in node.plan.results(of: node.name).map(\.name) })
        for (index, output) in outputs.enumerated() where !results.contains(output) {
            throw FieldError(
                path: "\(path)[\(index)]", expected: "the name of a layer",
                found: JSONFields.text(.string(output)))
        }
    }

    /// The document, with every layer's name and settings.
    package var json: JSONValue {
        var members = [JSONMember("name", .string(name))]
        members.append(JSONMember("initialization", .string(initialization.rawValue)))
        if layout != .channelsLast { members.append(JSONMember("layout", .string(layout.rawValue))) }
        if inputs.count == 1, inputs[0].name == "input" {
            members.append(JSONMember("input_shape", Self.json(inputs[0].shape)))
        } else {
            members.append(
                JSONMember(
                    "inputs",
                    .array(inputs.map { ["name": .string($0.name), "shape": Self.json($0.shape)] })))
        }
        if hasLengths { members.append(JSONMember("lengths", true)) }
        let previous = [inputs[0].name] + nodes.map(\.name)
        members.append(JSONMember("layers", .array(zip(nodes, previous).map { $0.json(previous: $1) })))
        if outputs != [nodes[nodes.count - 1].name] { members.append(JSONMember("outputs", JSONValue(outputs))) }
        return .object(members)
    }

    private static func json(_ shape: SampleShape) -> JSONValue {
        .array(shape.sizes.map { size in size.map { .integer($0) } ?? .null })
    }
}
