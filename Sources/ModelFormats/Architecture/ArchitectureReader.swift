import JSON
import Tensors

/// Reads the layers of an architecture one after another, each with the shapes of those before it.
struct ArchitectureReader {
    private let initialization: InitializerConvention
    /// What stands before the names of the layers' parameters.
    private let prefix: String
    private let layout: SampleLayout
    private(set) var nodes: [ArchitectureNode] = []
    /// Of the inputs and of the results of the layers so far.
    private(set) var shapes: [String: SampleShape] = [:]
    private var previous: String
    private var parameterCount = 0

    static let maximumNameLength = 64
    static let nameRule = "a name of its own, 1 to 64 of A-Z a-z 0-9 . _ -"

    init(
        initialization: InitializerConvention, layout: SampleLayout = .channelsLast, inputs: [Architecture.Input],
        prefix: String = ""
    ) {
        (self.initialization, self.layout, self.prefix) = (initialization, layout, prefix)
        for input in inputs { shapes[input.name] = input.shape }
        previous = inputs[0].name
    }

    /// Reads the next layer.
    mutating func read(_ json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let wanted = try fields.required("type", try fields.string("type"))
        guard let type = LayerRegistry.canonicalName(wanted, hasCell: fields.has("cell")) else {
            throw fields.error(
                "type", "a layer Apus has (\(LayerRegistry.names.joined(separator: ", ")))", .string(wanted))
        }
        let name = try name(&fields, type)
        let inputs = try fields.strings("inputs") ?? [previous]
        var inputShapes: [SampleShape] = []
        for (index, input) in inputs.enumerated() {
            guard let shape = shapes[input] else {
                throw fields.error("inputs[\(index)]", "the name of an input or of a layer before", .string(input))
            }
            inputShapes.append(shape)
        }
        guard (1...64).contains(inputs.count) else {
            throw fields.error("inputs", "1 to 64 names", .integer(inputs.count))
        }
        var layer = try LayerRegistry.layer(type, &fields)
        if layout == .channelsFirst, layer.hasChannels { layer = ChannelsFirstLayer(layer: layer, isStated: false) }
        let shares = try fields.string("shares")
        try fields.finish()
        var plan = try layer.plan(
            LayerContext(
                path: path, name: prefix + (shares ?? name), inputs: inputShapes, convention: initialization))
        if let shares { try share(&plan, with: shares, path: fields.path(of: "shares")) }
        try check(plan, path: path)
        nodes.append(
            ArchitectureNode(type: type, name: name, inputs: inputs, shares: shares, layer: layer, plan: plan))
        for result in plan.results(of: name) { shapes[result.name] = result.shape }
        previous = name
    }

    /// Takes the parameters, which a layer before has, out of a plan.
    /// - Throws: when there is none of that name, or it has not the same parameters.
    private func share(_ plan: inout LayerPlan, with name: String, path: String) throws(FieldError) {
        guard let owner = nodes.first(where: { $0.name == name }), owner.shares == nil,
            !owner.plan.parameters.isEmpty
        else {
            throw FieldError(
                path: path, expected: "the name of a layer before with parameters of its own",
                found: JSONFields.text(.string(name)))
        }
        let wanted = plan.parameters.map { "\($0.name) \($0.shape)" }
        let found = owner.plan.parameters.map { "\($0.name) \($0.shape)" }
        guard wanted == found, plan.fileTensors == owner.plan.fileTensors else {
            throw FieldError(
                path: path, expected: "a layer with \(wanted.joined(separator: ", "))",
                found: found.joined(separator: ", "))
        }
        (plan.parameters, plan.fileTensors) = ([], [])
    }

    /// The layer's own name, or Keras's for it: the type in snake case, numbered from the second on.
    private func name(_ fields: inout JSONFields, _ type: String) throws(FieldError) -> String {
        if let name = try fields.string("name") {
            guard Self.isName(name), name != Architecture.lengthsName, shapes[name] == nil else {
                throw fields.error("name", Self.nameRule, .string(name))
            }
            return name
        }
        let stem = Self.snakeCase(type)
        var (name, number) = (stem, 0)
        while shapes[name] != nil {
            number += 1
            name = "\(stem)_\(number)"
        }
        return name
    }

    static func isName(_ name: String) -> Bool {
        (1...maximumNameLength).contains(name.utf8.count) && name.utf8.allSatisfy(\.isNameCharacter)
    }

    /// As Keras makes it: `max_pooling2d`, `lstm_cell`, `conv2d_transpose`. A capital starts a word after a small letter or
    /// before one.
    static func snakeCase(_ type: String) -> String {
        var result = ""
        let characters = Array(type)
        for (index, character) in characters.enumerated() {
            if index > 0, character.isUppercase {
                let follows = index + 1 < characters.count && characters[index + 1].isLowercase
                if follows || characters[index - 1].isLowercase { result.append("_") }
            }
            result.append(contentsOf: character.lowercased())
        }
        return result
    }

    /// Refuses what would take absurd memory.
    private mutating func check(_ plan: LayerPlan, path: String) throws(FieldError) {
        for shape in [plan.output] + plan.others {
            let sample = ParameterSpec.boundedCount(Shape(shape.sizes.map { $0 ?? 1 }))
            guard sample <= Architecture.maximumElementCount else {
                throw FieldError(
                    path: path, expected: "a result of at most \(Architecture.maximumElementCount) numbers a sample",
                    found: "\(shape)")
            }
        }
        for parameter in plan.parameters {
            let count = ParameterSpec.boundedCount(parameter.shape)
            guard count <= Architecture.maximumParameterCount - parameterCount else {
                throw FieldError(
                    path: path, expected: "at most \(Architecture.maximumParameterCount) parameters in the model",
                    found: "\(parameter.name) \(parameter.shape)")
            }
            parameterCount += count
        }
    }
}
