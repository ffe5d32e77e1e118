import ONNXProtobuf

/// The order in which the nodes of a graph can be computed.
///
/// ONNX asks for sorted nodes, but not every tool keeps to it. Nodes that are sorted keep their places.
struct ONNXNodeOrder {
    private let nodes: [ONNXNodeProto]
    /// The node that makes a value, by the value's name.
    private var producers: [String: Int] = [:]

    /// Checks names: every value is made once, and everything a node takes is made. `known` are the names of the
    /// graph's inputs and initializers.
    init(_ nodes: [ONNXNodeProto], known: Set<String>) throws(ModelFormatError) {
        self.nodes = nodes
        for (index, node) in nodes.enumerated() {
            for output in node.output where !output.isEmpty {
                guard !known.contains(output), producers.updateValue(index, forKey: output) == nil else {
                    throw node.mismatch(
                        expected: "outputs that nothing else makes", found: "\(output.quoted), which is made twice")
                }
            }
        }
        for node in nodes {
            for input in node.input where !input.isEmpty && !known.contains(input) && producers[input] == nil {
                throw node.mismatch(
                    expected: "inputs that something makes", found: "\(input.quoted), which nothing makes")
            }
        }
    }

    /// The indices of the nodes, each after those it depends on; throws when nodes depend on each other in a circle.
    func sorted() throws(ModelFormatError) -> [Int] {
        enum State { case unseen, open, done }
        var states = [State](repeating: .unseen, count: nodes.count)
        var order: [Int] = []
        order.reserveCapacity(nodes.count)
        // Depth first with a stack of our own: a long chain must not exhaust the thread's.
        var stack: [(node: Int, nextInput: Int)] = []
        for root in nodes.indices where states[root] == .unseen {
            states[root] = .open
            stack.append((root, 0))
            while let (index, nextInput) = stack.last {
                guard nextInput < nodes[index].input.count else {
                    states[index] = .done
                    order.append(index)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].nextInput += 1
                guard let producer = producers[nodes[index].input[nextInput]] else { continue }
                switch states[producer] {
                case .done: break
                case .open:
                    throw nodes[index].mismatch(
                        expected: "inputs that do not depend on its outputs",
                        found: "\(nodes[index].input[nextInput].quoted), which does")
                case .unseen:
                    states[producer] = .open
                    stack.append((producer, 0))
                }
            }
        }
        return order
    }
}

extension ONNXNodeProto {
    /// The name of the node, or of its first output when it has none.
    var displayName: String { name.isEmpty ? output.first { !$0.isEmpty } ?? "" : name }

    /// An error about this node.
    func mismatch(expected: String, found: String) -> ModelFormatError {
        .node(displayName, operator: opType, expected: expected, found: found)
    }
}
