import Tensors

extension CastLike: DescribedOperator {}
extension NumberRange: DescribedOperator {}
extension SizeOf: DescribedOperator {}
extension Tile: DescribedOperator {}

extension CumSum: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        ["exclusive": .int(isExclusive ? 1 : 0), "reverse": .int(isReversed ? 1 : 0)]
    }
}

extension Mod: DescribedOperator {
    /// Floats have no sign of the divisor in ONNX.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        guard try context.type(0).dtype == .float32, !hasSignOfDividend else {
            return context.finish(name, context.inputs(), ["fmod": .int(hasSignOfDividend ? 1 : 0)])
        }
        let (a, b) = (context.input(0), context.input(1))
        let whole = context.add("Floor", [context.add("Div", [a, b])])
        context.finish("Sub", [a, context.add("Mul", [whole, b])])
    }
}

extension OneHot: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["axis": .int(axis)] }
}

extension Split: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let parts = context.input(1, or: sizes, as: "split")
        var attributes: [String: AttributeValue] = ["axis": .int(axis)]
        if parts.isEmpty { attributes["num_outputs"] = .int(count ?? context.outputCount) }
        context.finish(name, parts.isEmpty ? [context.input(0)] : [context.input(0), parts], attributes)
    }
}

extension Trilu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["upper": .int(isUpper ? 1 : 0)] }
}
