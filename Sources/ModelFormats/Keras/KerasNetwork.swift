import JSON

/// A model of a Keras config, or one inside of another: layers that call each other. A sequential model is one whose
/// layers take each the one before.
struct KerasNetwork {
    /// One layer with its calls.
    struct Layer {
        let object: KerasObject
        /// Unique in the model.
        let name: String
        let calls: [KerasCall]
        /// The layers inside, when it is a model, or `TimeDistributed` around one.
        let network: KerasNetwork?

        /// Whether the layers inside are applied to each step by itself.
        var isDistributed: Bool { object.className == "TimeDistributed" }
    }

    let name: String
    let layers: [Layer]
    /// In the order in which a caller gives them, with keys when it gives a dictionary.
    let inputs: [(key: String?, reference: KerasReference)]
    let outputs: [(key: String?, reference: KerasReference)]
    /// The shapes that a sequential model was built for, the batch included; nil for other models.
    let builtShape: JSONValue?

    /// Classes that are models.
    static let classNames: Set = ["Sequential", "Functional", "Model"]

    /// Whether a layer in it, or in a model inside of it, makes a mask.
    var makesMasks: Bool {
        layers.contains { layer in
            layer.object.className == "Masking" || layer.object.value("mask_zero") == true
                || layer.network?.makesMasks ?? false
        }
    }

    /// Reads a model and the models inside of it; the depth of the document bounds the recursion.
    init(_ object: KerasObject) throws(FieldError) {
        var fields = object.fields
        name = object.name
        let path = fields.path(of: "layers")
        let list: [JSONValue]
        let isSequential = object.className == "Sequential"
        // The oldest sequential models have nothing but the list.
        if let older = object.outerFields.older, isSequential {
            list = older
        } else {
            list = try fields.required("layers", try fields.array("layers"))
        }
        guard (1...Architecture.maximumLayerCount).contains(list.count) else {
            throw FieldError(
                path: path, expected: "1 to \(Architecture.maximumLayerCount) layers", found: "\(list.count)")
        }
        var objects: [KerasObject] = []
        for (index, value) in list.enumerated() { objects.append(try KerasObject(value, path: "\(path)[\(index)]")) }
        if isSequential {
            builtShape = Self.builtShape(object, objects)
            (layers, inputs, outputs) = try Self.chain(objects)
        } else {
            builtShape = nil
            layers = try Self.graph(objects)
            inputs = try Self.ends(&fields, "input_layers")
            outputs = try Self.ends(&fields, "output_layers")
        }
        let names = layers.map(\.name)
        if let (index, name) = names.enumerated().first(where: { names[..<$0].contains($1) }) {
            throw FieldError(path: "\(path)[\(index)].name", expected: "a name of its own", found: name.quoted)
        }
    }

    private static func ends(
        _ fields: inout JSONFields, _ name: String
    ) throws(FieldError) -> [(key: String?, reference: KerasReference)] {
        let value = try fields.required(name, fields.value(name))
        let ends = try KerasReference.flatten(value, path: fields.path(of: name))
        guard (1...16).contains(ends.count) else {
            throw fields.error(name, "1 to 16 of the model's tensors", .integer(ends.count))
        }
        return ends
    }

    /// The layers of a functional model with the calls that stand beside them.
    private static func graph(_ objects: [KerasObject]) throws(FieldError) -> [Layer] {
        var layers: [Layer] = []
        for object in objects {
            var outer = object.outerFields
            let name = try outer.string("name") ?? object.name
            var calls: [KerasCall] = []
            for (index, node) in (try outer.array("inbound_nodes") ?? []).enumerated() {
                calls.append(try KerasCall(node, path: outer.path(of: "inbound_nodes[\(index)]")))
            }
            layers.append(try Layer(object: object, name: name, calls: calls, network: network(object)))
        }
        return layers
    }

    /// The layers of a sequential model, each with a call of the one before. A model that has no input layer gets one.
    private static func chain(
        _ objects: [KerasObject]
    ) throws(FieldError) -> (
        [Layer], inputs: [(key: String?, reference: KerasReference)],
        outputs: [(key: String?, reference: KerasReference)]
    ) {
        var layers: [Layer] = []
        var objects = objects[...]
        let first: KerasObject
        if objects[0].className == "InputLayer" {
            first = objects.removeFirst()
        } else {
            let name = "\(objects[0].name)_input"
            first = try KerasObject(
                ["class_name": "InputLayer", "config": ["name": .string(name)]], path: objects[0].path)
        }
        layers.append(Layer(object: first, name: first.name, calls: [], network: nil))
        var previous = first.name
        for object in objects {
            let call = try KerasCall([[.string(previous), 0, 0]], path: object.path)
            layers.append(try Layer(object: object, name: object.name, calls: [call], network: network(object)))
            previous = object.name
        }
        guard let input = KerasReference([.string(first.name), 0, 0]),
            let output = KerasReference([.string(previous), 0, 0])
        else { preconditionFailure("that is how references are written") }
        return (layers, [(nil, input)], [(nil, output)])
    }

    private static func network(_ object: KerasObject) throws(FieldError) -> KerasNetwork? {
        if classNames.contains(object.className) { return try KerasNetwork(object) }
        guard object.className == "TimeDistributed", let layer = object.value("layer"),
            classNames.contains(layer["class_name"]?.string ?? "")
        else { return nil }
        return try KerasNetwork(try KerasObject(layer, path: object.fields.path(of: "layer")))
    }

    /// The shape that a sequential model without an input layer takes.
    private static func builtShape(_ object: KerasObject, _ layers: [KerasObject]) -> JSONValue? {
        for name in ["batch_shape", "batch_input_shape"] {
            if let shape = layers[0].value(name) { return shape }
        }
        if let shape = object.value("build_input_shape") { return shape }
        var outer = object.outerFields
        return outer.value("build_config")?["input_shape"]
    }
}

extension JSONFields {
    /// The list that the oldest sequential models have as their config.
    fileprivate var older: [JSONValue]? {
        var fields = self
        return fields.value("config")?.array
    }
}
