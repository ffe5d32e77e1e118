import Tensors

/// From Keras's layouts to those of architectures' files, which are PyTorch's.
extension KerasVariable {
    /// The tensors that a variable becomes, by the ends of their names.
    /// - Parameters:
    ///   - tensor: float32, as Keras has it.
    ///   - variable: What it is called, for messages.
    /// - Returns: Each with the end of its name.
    /// - Throws: when it has not as many dimensions as such a variable has.
    func converted(
        _ tensor: Tensor, variable: String
    ) throws(ModelFormatError) -> [(name: String, tensor: Tensor)] {
        let sizes = tensor.shape.dimensions
        func check(_ isRight: Bool, _ expected: String) throws(ModelFormatError) {
            guard isRight else { throw .tensor(variable, expected: expected, found: "\(tensor.shape)") }
        }
        switch target {
        case .nothing: return []
        case .same(let name): return [(name, tensor)]
        case .slopes(let name):
            let rest = Array(sizes.drop { $0 == 1 })
            return [(name, tensor.reshaped(to: Shape(rest.isEmpty ? [1] : rest)))]
        case .list(let name): return [(name, tensor.reshaped(to: [tensor.shape.elementCount]))]
        case .kernel(let name):
            try check(sizes.count >= 2, "a kernel [window…, in, out]")
            let (inputs, outputs) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
            let window = Array(sizes.dropLast(2))
            return [(name, tensor.turned(inputs, outputs, to: Shape([outputs, inputs] + window)))]
        case .depthwiseKernel(let name):
            try check(sizes.count >= 2, "a kernel [window…, channels, multiplier]")
            let channels = sizes[sizes.count - 2] * sizes[sizes.count - 1]
            let window = Array(sizes.dropLast(2))
            // Turned around, [channels, multiplier] is one dimension whose order stays.
            return [(name, tensor.turned(1, channels, to: Shape([channels, 1] + window)))]
        case .gates(let name, let gates):
            try check(sizes.count == 2 && sizes[1] % gates.order.count == 0, "a matrix [in, gates · units]")
            let columns = tensor.strided(channels: sizes[1])[0].transposed
            return [(name, Tensor(shape: [sizes[1], sizes[0]], scattered: columns.reordered(gates.order)))]
        case .gateVectors(let names, let gates):
            let width = sizes.last ?? 1
            try check(
                width % gates.order.count == 0 && sizes.dropLast().reduce(1, *) == names.count
                    && tensor.shape.elementCount > 0, "\(names.count) vectors of gates · units")
            return names.enumerated().map { row, name in
                (name, tensor.row(row, width).reordered(gates.order))
            }
        }
    }
}

extension Tensor {
    /// The elements [window, inputs, outputs] as [outputs, inputs, window], under another shape of as many elements: read
    /// in place by who packs them, turned when somebody else asks.
    fileprivate func turned(_ inputs: Int, _ outputs: Int, to shape: Shape) -> Tensor {
        Tensor(shape: shape, scattered: [strided(channels: inputs, taps: outputs)[0].reversed])
    }

    /// Equal parts of the elements in another order.
    fileprivate func reordered(_ order: [Int]) -> Tensor {
        guard order != Array(order.indices) else { return self }
        let floats = floats
        let part = floats.count / order.count
        return Tensor(order.flatMap { floats[($0 * part)..<(($0 + 1) * part)] }, shape: shape)
    }

    /// One row of a matrix of so many columns.
    fileprivate func row(_ index: Int, _ width: Int) -> Tensor {
        Tensor(Array(floats[(index * width)..<((index + 1) * width)]), shape: [width])
    }
}
