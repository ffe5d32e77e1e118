import Tensors

extension SequenceMask: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finishFunction(name, inputs: ["lengths", "x"]) { body in
            let mask = body.isBefore("lengths", stepsOf: "x")
            return [body.float(mask)]
        }
    }
}

extension StepMask: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let padding = padding
        // Without the attribute nothing is padding: JSON cannot say NaN, which equals nothing.
        let attributes: [String: AttributeValue] = padding.isNaN ? [:] : ["padding": .float(padding)]
        context.finishFunction(name, inputs: ["x"], attributes: attributes) { body in
            // All features of a step as one dimension, also when there is no such dimension.
            let steps = body.add("Reshape", ["x", body.integers([0, 0, -1])])
            let isPadding = body.add("Equal", [steps, body.number(padding)])
            let others = body.float(body.add("Not", [isPadding]))
            return [body.add("ReduceMax", [others, body.integers([2])], ["keepdims": .int(0)])]
        }
    }

    /// Reads the attributes that `describe` writes.
    init(described attributes: Attributes) throws(GraphError) {
        self.init(padding: try attributes.float("padding") ?? .nan)
    }
}

extension ActivityPenalty: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finishElementwise(Identity.name)
    }
}
