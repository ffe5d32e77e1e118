import JSON
import Tensors

/// Reads the layers of an architecture one after another, each with the shapes of those before it.
struct ArchitectureReader {
    private let initialization: InitializerConvention
    private let layout: SampleLayout
    private(set) var nodes: [ArchitectureNode] = []
    private var shapes: [String: SampleShape] = [:]
    private var previous: String
    private var parameterCount = 0

    static let nameRule = "a name of its own, 1 to 64 of A-Z a-z 0-9 . _ -"

    init(initialization: InitializerConvention, layout: SampleLayout, inputs: [Architecture.Input]) {
        self.initialization = initialization
        self.layout = layout
        for input in inputs { shapes[input.name] = input.shape }
        previous = inputs[0].name
    }

    /// Reads the next layer.
    mutating func read(_ json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let wanted = try fields.required("type", try fields.string("type"))
        guard let type = LayerRegistry.canonicalName(wanted) else {
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
        if layout == .channelsFirst, layer.hasChannels { layer = ChannelsFirstLayer(layer: layer) }
        try fields.finish()
        let plan = try layer.plan(
            LayerContext(path: path, name: name, inputs: inputShapes, convention: initialization))
        try check(plan, path: path)
        nodes.append(ArchitectureNode(type: type, name: name, inputs: inputs, layer: layer, plan: plan))
        shapes[name] = plan.output
        previous = name
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
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// `MaxPooling2D` as `max_pooling2d`, `LSTM` as `lstm`, `SimpleRNN` as `simple_rnn`: a capital starts a word after a
    /// small letter.
    static func snakeCase(_ type: String) -> String {
        var result = ""
        var previous: Character = "_"
        for character in type {
            if character.isUppercase, previous.isLowercase { result.append("_") }
            result.append(contentsOf: character.lowercased())
            previous = character
        }
        return result
    }

    /// Refuses what would take absurd memory.
    private mutating func check(_ plan: LayerPlan, path: String) throws(FieldError) {
        let sample = ParameterSpec.boundedCount(Shape(plan.output.sizes.map { $0 ?? 1 }))
        guard sample <= Architecture.maximumElementCount else {
            throw FieldError(
                path: path, expected: "a result of at most \(Architecture.maximumElementCount) numbers a sample",
                found: "\(plan.output)")
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
