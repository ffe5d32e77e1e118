import Tensors

/// The nodes of a function, as they are added one after another.
package struct FunctionBody {
    private(set) var nodes: [DescribedNode] = []

    /// Adds a node with one result and returns the result's name.
    mutating func add(_ op: String, _ inputs: [String], _ attributes: [String: AttributeValue] = [:]) -> String {
        add(op, inputs, attributes, outputCount: 1)[0]
    }

    /// Adds a node and returns the names of its results.
    mutating func add(
        _ op: String, _ inputs: [String], _ attributes: [String: AttributeValue], outputCount: Int
    ) -> [String] {
        let name = "n\(nodes.count)"
        let outputs = (0..<outputCount).map { outputCount == 1 ? name : "\(name).\($0)" }
        nodes.append(DescribedNode(name: name, op: op, inputs: inputs, outputs: outputs, attributes: attributes))
        return outputs
    }

    /// Adds a constant and returns its name.
    mutating func constant(_ tensor: Tensor) -> String { add("Constant", [], ["value": .tensor(tensor)]) }

    /// Adds a vector of integers.
    mutating func integers(_ values: [Int]) -> String { constant(Tensor(values, shape: [values.count])) }

    /// Adds a float.
    mutating func number(_ value: Float) -> String { constant(Tensor([value], shape: [])) }

    /// Whether the elements of a value of floats are not 0.
    mutating func isNotZero(_ value: String) -> String { add("Not", [add("Equal", [value, number(0)])]) }

    /// Adds 1 for true and 0 for false, or any other conversion to float32.
    mutating func float(_ value: String) -> String { add("Cast", [value], ["to": .int(1)]) }

    /// The steps of x [batch, steps, …]: their number int64[1], and the numbers from 0 on int64[steps].
    mutating func steps(of value: String) -> (count: String, numbers: String) {
        let count = add("Shape", [value], ["start": .int(1), "end": .int(2)])
        let zero = constant(Tensor([0], shape: []))
        let one = constant(Tensor([1], shape: []))
        return (count, add("Range", [zero, add("Squeeze", [count, integers([0])]), one]))
    }

    /// The mask of lengths [batch]: which of x [batch, steps, …] come before, bool[batch, steps].
    mutating func isBefore(_ lengths: String, stepsOf value: String) -> String {
        let numbers = float(steps(of: value).numbers)
        return add("Less", [numbers, add("Unsqueeze", [float(lengths), integers([1])])])
    }
}
