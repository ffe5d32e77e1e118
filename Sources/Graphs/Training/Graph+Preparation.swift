import Tensors

/// What files have that plans for training compute in another way.
extension Graph {
    /// Makes of products with factors, turned left matrices or other addends than one vector a plain product and what is
    /// done with its result: alpha · A · B + beta · C = (alpha / beta · A · B + C) · beta.
    mutating func splitProducts() throws(GraphError) {
        var result: [Node] = []
        for node in nodes {
            guard let op = node.op as? Gemm, let weight = node.inputs[1], self[weight].constant != nil,
                let output = node.outputs[0]
            else {
                result.append(node)
                continue
            }
            let addend = node.inputs.count > 2 ? node.inputs[2] : nil
            let isPlain = addend.map { op.beta == 1 && self[$0].constant?.shape.rank == 1 } ?? true
            if !op.transposesA, op.alpha == 1, isPlain {
                result.append(node)
                continue
            }
            var value = node.inputs[0]
            if op.transposesA { value = add(Transpose([1, 0]), [value], node, &result) }
            value = add(Gemm(transposesB: op.transposesB), [value, weight], node, &result)
            let hasAddend = addend != nil && op.beta != 0
            try scale(&value, by: hasAddend ? op.alpha / op.beta : op.alpha, node, &result)
            if let addend, hasAddend {
                let sum = try OperatorRegistry.make("Add", domain: "", attributes: Attributes([:], opset: 20))
                value = add(sum, [value, addend], node, &result)
                try scale(&value, by: op.beta, node, &result)
            }
            result[result.count - 1].outputs = [output]
        }
        nodes = result
    }

    private mutating func scale(
        _ value: inout ValueID?, by factor: Float, _ node: Node, _ result: inout [Node]
    ) throws(GraphError) {
        guard factor != 1 else { return }
        let product = try OperatorRegistry.make("Mul", domain: "", attributes: Attributes([:], opset: 20))
        value = add(product, [value, addConstant(Tensor([factor], shape: []))], node, &result)
    }

    private mutating func add(
        _ op: any Operator, _ inputs: [ValueID?], _ node: Node, _ result: inout [Node]
    ) -> ValueID {
        let output = addValue()
        result.append(Node(name: node.name, op: op, inputs: inputs, outputs: [output]))
        return output
    }

    /// Makes float32 of constant integers of which values for each row of the batch are made, such as the positions in a
    /// sequence: plans compute in float32.
    /// - Returns: Whether there are any; types then have to be inferred again.
    mutating func takeIntegersAsFloats() -> Bool {
        var hasChanged = false
        for index in nodes.indices {
            let node = nodes[index]
            guard let output = node.outputs.first.flatMap(\.self), let type = self[output].type,
                type.dtype.isInteger || type.dtype == .bool, self[output].constant == nil, self[output].sizes == nil
            else { continue }
            for (place, id) in node.inputs.enumerated() {
                guard let id, let constant = self[id].constant, constant.dtype.isInteger || constant.dtype == .bool
                else {
                    continue
                }
                nodes[index].inputs[place] = addConstant(constant.convertedToFloat32())
                hasChanged = true
            }
        }
        return hasChanged
    }
}
