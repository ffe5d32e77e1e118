import JSON

/// The variables that a layer has, by its class and its settings.
enum KerasVariables {
    /// The variables of a layer in Keras's order.
    /// - Throws: `FieldError` for a class that Apus does not have.
    static func of(_ object: KerasObject) throws(FieldError) -> [KerasVariable] {
        var variables: [KerasVariable]
        switch (try KerasRegistry.rule(object)).weights {
        case .none: variables = []
        case .kernel: variables = numbered([.kernel("weight")] + bias(object))
        case .depthwise: variables = numbered([.depthwiseKernel("weight")] + bias(object))
        case .separable:
            variables = numbered([.depthwiseKernel("depthwise.weight"), .kernel("pointwise.weight")] + bias(object))
        case .embedding: variables = numbered([.same("weight")])
        case .batchNormalization:
            variables = numbered(scaleAndShift(object))
            variables.append(KerasVariable(variables.count, .same("running_mean"), isTrainable: false))
            variables.append(KerasVariable(variables.count, .same("running_var"), isTrainable: false))
        case .scaleAndShift: variables = numbered(scaleAndShift(object))
        case .scale: variables = numbered([.same("weight")])
        case .statistics: variables = statistics(object)
        case .slopes: variables = numbered([.slopes("weight")])
        case .recurrent: variables = cell(object, level: "l0").map { $0.inside("cell") }
        case .cells: variables = try cells(object, suffix: "")
        case .bidirectional: variables = try bidirectional(object)
        case .wrapped: variables = try wrapped(object)
        }
        if object.value("trainable") == false {
            for index in variables.indices { variables[index].isTrainable = false }
        }
        return variables
    }

    private static func numbered(_ targets: [KerasVariable.Target]) -> [KerasVariable] {
        targets.enumerated().map { KerasVariable($0, $1) }
    }

    private static func bias(_ object: KerasObject) -> [KerasVariable.Target] {
        object.value("use_bias") == false ? [] : [.same("bias")]
    }

    private static func scaleAndShift(_ object: KerasObject) -> [KerasVariable.Target] {
        [("scale", "weight"), ("center", "bias")].compactMap { setting, name in
            object.value(setting) == false ? nil : .same(name)
        }
    }

    /// None when the config has the numbers.
    private static func statistics(_ object: KerasObject) -> [KerasVariable] {
        if object.value("mean") != nil { return [] }
        return [.list("mean"), .list("variance"), .nothing].enumerated().map {
            KerasVariable($0, $1, isTrainable: false)
        }
    }

    /// The variables of a cell, or of a layer with one.
    private static func cell(_ object: KerasObject, level: String) -> [KerasVariable] {
        let name = object.className
        let gates: KerasGates = name.hasPrefix("LSTM") ? .lstm : name.hasPrefix("GRU") ? .gru : .plain
        var targets: [KerasVariable.Target] = [
            .gates("weight_ih_\(level)", gates), .gates("weight_hh_\(level)", gates),
        ]
        if object.value("use_bias") != false {
            let hasTwo = name.hasPrefix("GRU") && object.value("reset_after") == true
            let names = ["bias_ih_\(level)"] + (hasTwo ? ["bias_hh_\(level)"] : [])
            targets.append(.gateVectors(names, gates))
        }
        return numbered(targets)
    }

    /// The variables of `RNN` with its cell or cells, below the layer.
    private static func cells(_ object: KerasObject, suffix: String) throws(FieldError) -> [KerasVariable] {
        let path = object.fields.path(of: "cell")
        guard let value = object.value("cell") else { return [] }
        var cells = [value]
        var container = "cell"
        var isStack = false
        if let list = value.array { (cells, isStack) = (list, true) }
        if value["class_name"] == "StackedRNNCells" {
            (cells, isStack) = (value["config"]?["cells"]?.array ?? [], true)
        }
        if isStack { container = "cell/cells" }
        var names = KerasContainerNames()
        var variables: [KerasVariable] = []
        for (index, value) in cells.enumerated() {
            let cell = try KerasObject(value, path: isStack ? "\(path).config.cells[\(index)]" : path)
            let place = isStack ? "\(container)/\(names.next(cell.className))" : container
            variables += Self.cell(cell, level: "l\(index)\(suffix)").map { $0.inside(place) }
        }
        return variables
    }

    private static func bidirectional(_ object: KerasObject) throws(FieldError) -> [KerasVariable] {
        var variables: [KerasVariable] = []
        for (setting, container, suffix) in [
            ("layer", "forward_layer", ""), ("backward_layer", "backward_layer", "_reverse"),
        ] {
            guard let value = object.value(setting) ?? object.value("layer") else { return [] }
            let layer = try KerasObject(value, path: object.fields.path(of: setting))
            let own =
                layer.className == "RNN"
                ? try cells(layer, suffix: suffix)
                : cell(layer, level: "l0\(suffix)").map { $0.inside("cell") }
            variables += own.map { $0.inside(container) }
        }
        return variables
    }

    private static func wrapped(_ object: KerasObject) throws(FieldError) -> [KerasVariable] {
        guard let value = object.value("layer") else { return [] }
        let layer = try KerasObject(value, path: object.fields.path(of: "layer"))
        return try of(layer).map { $0.inside("layer") }
    }
}
