package import Tensors

/// The attributes an operator is made from, read once by its initialiser.
///
/// Every getter throws `GraphError.attribute` naming the attribute when it is there with another type.
package struct Attributes: Sendable {
    private let values: [String: AttributeValue]
    /// The version of ONNX's operator set the model was written for; some attributes became inputs over time.
    package let opset: Int

    package init(_ values: [String: AttributeValue], opset: Int) {
        self.values = values
        self.opset = opset
    }

    /// All of them, as they were read.
    var all: [String: AttributeValue] { values }

    package func int(_ name: String) throws(GraphError) -> Int? {
        guard let value = values[name] else { return nil }
        guard case .int(let result) = value else { throw mismatch(name, "an integer", value) }
        return result
    }

    package func float(_ name: String) throws(GraphError) -> Float? {
        guard let value = values[name] else { return nil }
        guard case .float(let result) = value else { throw mismatch(name, "a float", value) }
        return result
    }

    package func string(_ name: String) throws(GraphError) -> String? {
        guard let value = values[name] else { return nil }
        guard case .string(let result) = value else { throw mismatch(name, "a string", value) }
        return result
    }

    package func tensor(_ name: String) throws(GraphError) -> Tensor? {
        guard let value = values[name] else { return nil }
        guard case .tensor(let result) = value else { throw mismatch(name, "a tensor", value) }
        return result
    }

    /// A list of integers, optionally of a required length.
    package func ints(_ name: String, count: Int? = nil) throws(GraphError) -> [Int]? {
        guard let value = values[name] else { return nil }
        guard case .ints(let result) = value else { throw mismatch(name, "a list of integers", value) }
        if let count, result.count != count {
            throw .attribute(name, expected: "\(count) integers", found: "\(result.count)")
        }
        return result
    }

    package func floats(_ name: String) throws(GraphError) -> [Float]? {
        guard let value = values[name] else { return nil }
        guard case .floats(let result) = value else { throw mismatch(name, "a list of floats", value) }
        return result
    }

    package func strings(_ name: String) throws(GraphError) -> [String]? {
        guard let value = values[name] else { return nil }
        guard case .strings(let result) = value else { throw mismatch(name, "a list of strings", value) }
        return result
    }

    /// An integer that means true when it is not zero.
    package func flag(_ name: String) throws(GraphError) -> Bool { try int(name).map { $0 != 0 } ?? false }

    private func mismatch(_ name: String, _ expected: String, _ value: AttributeValue) -> GraphError {
        .attribute(name, expected: expected, found: value.kind)
    }
}
