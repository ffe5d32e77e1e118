/// One node in ONNX's vocabulary.
package struct DescribedNode: Sendable {
    /// Of its own among the nodes.
    package var name: String
    package var op: String
    /// Empty for ONNX's own operators.
    package var domain = ""
    /// Names of values; empty where an optional input is left out.
    package var inputs: [String]
    /// Names of values; empty where an output is not wanted.
    package var outputs: [String]
    package var attributes: [String: AttributeValue]
    /// The node of the graph that it describes, alone or with others; nil for what no node asked for.
    package var source: Int?
    /// The type of that node's first result.
    package var resultType: ValueType?

    package init(
        name: String, op: String, inputs: [String], outputs: [String], attributes: [String: AttributeValue],
        source: Int? = nil, resultType: ValueType? = nil
    ) {
        self.name = name
        self.op = op
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
        self.source = source
        self.resultType = resultType
    }
}
