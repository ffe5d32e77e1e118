import Tensors

extension DescriptionContext {
    /// The number of each step of input `index`, [batch, steps, …], from `first` on: float32[steps].
    fileprivate mutating func stepNumbers(of index: Int, from first: Int) throws(GraphError) -> String {
        if let steps = try type(index).dimensions[1].fixedValue {
            return add(Tensor((0..<steps).map { Float($0 + first) }, shape: [steps]), as: "steps")
        }
        let shape = add("Shape", [input(index)], ["start": .int(1), "end": .int(2)])
        let count = add("Squeeze", [shape, integers([0], as: "axes")])
        let (zero, one) = (add(Tensor([0], shape: []), as: "zero"), add(Tensor([1], shape: []), as: "one"))
        let numbers = add("Cast", [add("Range", [zero, count, one])], ["to": .int(1)])
        return first == 0 ? numbers : add("Add", [numbers, add(Tensor([Float(first)], shape: []), as: "first")])
    }
}

extension SequenceMask: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let steps = try context.stepNumbers(of: 1, from: 0)
        var lengths = context.input(0)
        if try context.type(0).dtype != .float32 { lengths = context.add("Cast", [lengths], ["to": .int(1)]) }
        let column = context.add("Unsqueeze", [lengths, context.integers([1], as: "axes")])
        let counts = context.add("Cast", [context.add("Less", [steps, column])], ["to": .int(1)])
        context.finish("Unsqueeze", [counts, context.integers([2], as: "last")])
    }
}

extension SequenceLengths: DescribedOperator {
    /// The number of the last step that is not padding, counted from 1.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let steps = try context.stepNumbers(of: 0, from: 1)
        let equal = context.add("Equal", [context.input(0), context.add(Tensor([padding], shape: []), as: "padding")])
        var counts = context.add("Cast", [context.add("Not", [equal])], ["to": .int(1)])
        if try context.type(0).rank == 3 {
            counts = context.add("ReduceMax", [counts, context.integers([2], as: "features")], ["keepdims": .int(0)])
        }
        let numbers = context.add("Mul", [counts, steps])
        context.finish("ReduceMax", [numbers, context.integers([1], as: "axes")], ["keepdims": .int(0)])
    }
}
