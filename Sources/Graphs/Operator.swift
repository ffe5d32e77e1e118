package import Tensors

/// One kind of computation: a value type of its attributes, in a file of its own, with its shape rule, its kernel
/// choice and its naive twin.
package protocol Operator: Sendable {
    /// The ONNX operator's name (`op_type`), or a name of our own for what only passes make.
    static var name: String { get }

    /// Reads the attributes; throws `GraphError.attribute` for values Apus does not take.
    init(attributes: Attributes) throws(GraphError)

    /// The types of the outputs.
    func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType]

    /// The naive twin: computes the outputs from tensors in the plainest way. It folds constants and is the oracle of
    /// the execution plans' tests. The inputs have types that `inferTypes` took.
    func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor]

    /// The elements of the first output as expressions of free sizes, for integer vectors made from shapes; nil when
    /// they are not known.
    func inferSizes(_ inputs: InferenceInputs) -> [Dimension]?

    /// The one number all elements of the first output are; nil when they differ or are not known.
    func inferSplat(_ inputs: InferenceInputs) -> Float?

    /// The operator with knowledge from its inputs taken in as attributes (the target of a Reshape, say); nil to stay.
    func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization?

    /// The operator that takes weights that training changes as inputs, and which of the node's inputs it still takes;
    /// nil when this one does.
    func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization?

    /// Adds the steps that compute a node of this operator and its gradient to a training plan.
    func differentiate(_ context: inout TrainingContext) throws(GraphError)

    /// The inputs that are weights, which training can change, and whether they have a gradient.
    static var parameterInputs: [(index: Int, isTrainable: Bool)] { get }

    /// Whether the results change smoothly with the inputs; no gradient goes through an operator that only counts.
    static var hasGradient: Bool { get }

    /// Whether the inputs are of one type, so that integers known when the model loads become float32 beside computed
    /// numbers: what a request brings is float32, whatever the file calls it.
    static var joinsTypes: Bool { get }

    /// Adds nodes of other operators that compute the same and returns what stands for the outputs; nil to stay.
    func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]?

    /// Whether an element of the result costs much more than a copy, so that only small results are computed when
    /// the model loads: a small file must not cost much to read.
    static var isCostly: Bool { get }

    /// Adds the steps that compute a node of this operator to a plan.
    func lower(_ context: inout LoweringContext) throws(GraphError)
}

/// An operator that replaces another, and which of the node's inputs it still takes (nil for one left out).
package struct Specialization {
    package let op: any Operator
    package let inputs: [Int?]

    package init(_ op: any Operator, inputs: [Int?]) {
        self.op = op
        self.inputs = inputs
    }

    /// An operator that takes the same inputs.
    package init(_ op: any Operator, inputCount: Int) { self.init(op, inputs: Array(0..<inputCount)) }
}

extension Operator {
    /// The operator's name.
    package var name: String { Self.name }

    package static var isCostly: Bool { false }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [] }

    package static var hasGradient: Bool { true }

    package static var joinsTypes: Bool { false }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? { nil }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? { nil }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { nil }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? { nil }

    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? { nil }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        throw .unsupported("\(name) cannot be trained through")
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        throw .unsupported("\(name) is only supported on values that are known when the model loads")
    }
}

/// An operator that only passes make: it has no spelling in a model file.
package protocol InternalOperator: Operator {}

extension InternalOperator {
    package init(attributes: Attributes) throws(GraphError) {
        throw .unsupportedOperator(Self.name, domain: "")
    }
}
