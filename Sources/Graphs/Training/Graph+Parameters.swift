package import Tensors

extension Graph {
    /// The names of the constants that training can change: the weights of the model's layers, in the order of the
    /// nodes that use them, and which of them are statistics without a gradient.
    ///
    /// Some exporters compute a layer's weights from others (gates in another order, say); what is computed then is
    /// the parameter.
    package func parameters() -> [(name: String, tensor: Tensor, isTrainable: Bool)] {
        var result: [(name: String, tensor: Tensor, isTrainable: Bool)] = []
        var seen: Set<ValueID> = []
        let folded = foldingConstants()
        let moved = movedConstants()
        let rows = FreedBatch(self)?.size ?? 1
        for node in nodes where !node.outputs.allSatisfy({ $0.map { folded[$0].constant != nil } ?? true }) {
            for (index, isTrainable) in node.parameterInputs {
                guard index < node.inputs.count, let id = node.inputs[index], !self[id].name.isEmpty,
                    let tensor = self[id].constant
                        ?? (!node.isFormula || moved.contains(id) ? folded[id].constant : nil),
                    tensor.dtype == .float32, tensor.shape.rank >= 1,
                    node.learns(tensor, input: index, isComputed: self[id].constant == nil, rows: rows),
                    seen.insert(id).inserted
                else { continue }
                result.append((self[id].name, tensor, isTrainable))
            }
        }
        return result
    }

    /// The values that are parts of matrices of constants in another order or shape: the rows of a table for the first
    /// positions, say.
    private func movedConstants() -> Set<ValueID> {
        var moved: Set<ValueID> = []
        for node in nodes where node.movesElements {
            guard let id = node.inputs[0], let output = node.outputs[0] else { continue }
            let constant = self[id].constant
            if moved.contains(id) || constant?.dtype == .float32 && (constant?.shape.rank ?? 0) >= 2 {
                moved.insert(output)
            }
        }
        return moved
    }
}

extension Graph.Node {
    /// Whether the first output has elements of the first input alone.
    fileprivate var movesElements: Bool {
        op is Gather || op is Slice || op is Reshape || op is any ReshapingOperator || op is Transpose || op is Expand
            || op is Identity
    }

    /// The inputs that may be weights, which training can change, and whether they have a gradient.
    fileprivate var parameterInputs: [(index: Int, isTrainable: Bool)] {
        let all = op is Concat ? inputs.indices.map { ($0, true) } : type(of: op).parameterInputs
        return all + stateInputs.map { ($0, true) }
    }

    /// The initial states of recurrent layers.
    private var stateInputs: [Int] { op is LSTM ? [5, 6] : op is any HiddenStateOperator ? [5] : [] }

    /// Whether a constant that is computed from others is part of a formula rather than a weight.
    fileprivate var isFormula: Bool {
        op is any BinaryOperator || op is Gather || op is Expand || op is Concat || op is Where
    }

    /// Whether a constant can be something that was learned: masks have numbers that no weight has.
    ///
    /// - Parameters:
    ///   - tensor: Its elements.
    ///   - index: The input that it is.
    ///   - isComputed: Whether it is made from others.
    ///   - rows: The batch that a file fixes; what it has written out for each of several rows stays as it is.
    fileprivate func learns(_ tensor: Tensor, input index: Int, isComputed: Bool, rows: Int) -> Bool {
        if rows > 1, isFormula || stateInputs.contains(index), isComputed || tensor.repeats(rows) { return false }
        if isFormula, tensor.floats.contains(where: { !(abs($0) < 1e9) }) { return false }
        // One factor for all is part of a formula.
        if op is Mul { return tensor.elementCount > 1 }
        guard op is Expand || op is Concat || op is Where || stateInputs.contains(index) else { return true }
        // What each row of the batch begins or is filled with: padding and most initial states are one number.
        let elements = tensor.floats
        return elements.contains { $0 != elements[0] }
    }
}

extension Tensor {
    /// Whether it is the same slice so many times along one of its first two dimensions.
    fileprivate func repeats(_ count: Int) -> Bool {
        shape.dimensions.prefix(2).indices.contains { axis in
            guard shape[axis] == count else { return false }
            var strides = shape.strides
            strides[axis] = 0
            return Broadcast.gathered(self, shape: shape, strides: strides).floats == floats
        }
    }
}
