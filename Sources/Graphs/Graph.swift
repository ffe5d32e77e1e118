package import Tensors

/// The one representation of a model: operators of ONNX granularity between values.
///
/// Importers build it, passes rewrite it, `ExecutionPlan` compiles it. Nodes stand in an order in which every value
/// is made before it is used.
package struct Graph: Sendable {
    /// Index of a value in `values`.
    package struct ValueID: Hashable, Sendable {
        package let index: Int

        package init(index: Int) { self.index = index }
    }

    /// Something a node makes or takes.
    package struct Value: Sendable {
        /// The name in the model file; empty for values that passes made.
        package var name: String
        /// Known for inputs and constants at once, for the rest after `InferTypes`.
        package var type: ValueType?
        /// The element type that the file states for an input or output. Plans may compute it in another: whole numbers and
        /// truth values are float32 there.
        package var statedType: DType?
        /// The elements, when they do not depend on the inputs.
        package var constant: Tensor?
        /// The elements of an integer vector or scalar made from sizes, when they are known as expressions.
        package var sizes: [Dimension]?
        /// The one number all elements are, when they are (a zero initial state, say).
        package var splat: Float?
        /// Whether the constant is what training changes, so that nothing may be computed from it ahead of time.
        package var isParameter = false
    }

    /// One application of an operator.
    package struct Node: Sendable {
        package var name: String
        package var op: any Operator
        /// nil where an optional input is left out.
        package var inputs: [ValueID?]
        /// nil where an optional output is not wanted.
        package var outputs: [ValueID?]
    }

    package var name: String
    package private(set) var values: [Value] = []
    package var nodes: [Node] = []
    /// What the caller provides, each with a name and a type.
    package private(set) var inputs: [ValueID] = []
    /// What the caller gets.
    package var outputs: [ValueID] = []

    package init(name: String) { self.name = name }

    package subscript(id: ValueID) -> Value {
        get { values[id.index] }
        set { values[id.index] = newValue }
    }

    /// Adds a value the caller provides.
    package mutating func addInput(_ name: String, type: ValueType) -> ValueID {
        let id = addValue(name, type: type)
        inputs.append(id)
        return id
    }

    /// Adds a value with fixed elements.
    package mutating func addConstant(_ tensor: Tensor, name: String = "") -> ValueID {
        let id = addValue(name, type: ValueType(of: tensor))
        self[id].constant = tensor
        return id
    }

    /// Adds a value that a node will make.
    package mutating func addValue(_ name: String = "", type: ValueType? = nil) -> ValueID {
        values.append(Value(name: name, type: type))
        return ValueID(index: values.count - 1)
    }

    /// Adds a node at the end and returns its `outputCount` new values.
    @discardableResult
    package mutating func addNode(
        _ op: any Operator, _ inputs: [ValueID?], outputCount: Int = 1, name: String = ""
    ) -> [ValueID] {
        let outputs = (0..<outputCount).map { _ in addValue() }
        nodes.append(Node(name: name, op: op, inputs: inputs, outputs: outputs))
        return outputs
    }
}
