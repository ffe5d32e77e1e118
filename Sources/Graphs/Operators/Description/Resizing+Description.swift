import Tensors

extension Pad: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        var inputs = [context.input(0), context.input(1, or: pads, as: "pads"), context.input(2), context.input(3)]
        if !context.has(2), fill != 0 { inputs[2] = context.add(Tensor([fill], shape: []), as: "value") }
        context.finish(name, inputs, ["mode": .string(mode.rawValue)])
    }
}

extension Resize {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        var attributes: [String: AttributeValue] = [
            "mode": .string(mode.rawValue), "coordinate_transformation_mode": .string(coordinates.rawValue),
        ]
        switch mode {
        case .nearest: attributes["nearest_mode"] = .string(rounding.rawValue)
        case .cubic: attributes["cubic_coeff_a"] = .float(cubicSlope)
        case .linear: break
        }
        if excludesOutside { attributes["exclude_outside"] = .int(1) }
        if let axes { attributes["axes"] = .ints(axes) }
        // Operator set 10 had the factors where regions of interest are now.
        let inputs =
            sizeInput == nil
            ? [context.input(0), "", context.input(1)]
            : [context.input(0), "", context.input(2), context.input(3)]
        context.finish(name, inputs, attributes)
    }
}

extension Upsample {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        var scales = context.input(1)
        if let factors, !context.has(1) { scales = context.add(Tensor(factors, shape: [factors.count]), as: "scales") }
        context.finish(
            Resize.name, [context.input(0), "", scales],
            [
                "mode": .string(mode.rawValue), "coordinate_transformation_mode": .string("asymmetric"),
                "nearest_mode": .string("floor"),
            ])
    }
}
