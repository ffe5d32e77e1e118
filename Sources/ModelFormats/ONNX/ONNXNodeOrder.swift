import ONNXProtobuf
import SwiftProtobuf

/// The order in which the nodes of a graph can be computed.
///
/// ONNX asks for sorted nodes, but not every tool keeps to it. Nodes that are sorted keep their places.
struct ONNXNodeOrder {
    private let nodes: [ONNXNodeProto]
    /// The node that makes a value, by the value's name.
    private var producers: [String: Int] = [:]
    /// What each node takes, the names that its subgraphs take from outside of them included.
    private let dependencies: [[String]]

    /// Checks names: every value is made once, and everything a node takes is made. `known` are the names of the
    /// graph's inputs and initializers.
    init(_ nodes: [ONNXNodeProto], known: Set<String>) throws(ModelFormatError) {
        self.nodes = nodes
        var dependencies: [[String]] = []
        for node in nodes { dependencies.append(node.input.filter { !$0.isEmpty } + (try node.captures()).sorted()) }
        self.dependencies = dependencies
        for (index, node) in nodes.enumerated() {
            for output in node.output where !output.isEmpty {
                guard !known.contains(output), producers.updateValue(index, forKey: output) == nil else {
                    throw node.mismatch(
                        expected: "outputs that nothing else makes", found: "\(output.quoted), which is made twice")
                }
            }
        }
        for (index, node) in nodes.enumerated() {
            for input in dependencies[index] where !known.contains(input) && producers[input] == nil {
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
                guard nextInput < dependencies[index].count else {
                    states[index] = .done
                    order.append(index)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].nextInput += 1
                guard let producer = producers[dependencies[index][nextInput]] else { continue }
                switch states[producer] {
                case .done: break
                case .open:
                    throw nodes[index].mismatch(
                        expected: "inputs that do not depend on its outputs",
                        found: "\(dependencies[index][nextInput].quoted), which does")
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

    /// The names that the node's subgraphs take from the graph around them.
    func captures(depth: Int = 0) throws(ModelFormatError) -> Set<String> {
        guard depth < ONNXGraphProto.largestDepth else {
            throw mismatch(expected: "at most \(ONNXGraphProto.largestDepth) subgraphs in each other", found: "more")
        }
        var result: Set<String> = []
        for attribute in attribute where attribute.type == .graph {
            result.formUnion(try subgraph(attribute).captures(depth: depth + 1))
        }
        return result
    }

    /// The graph that an attribute holds.
    func subgraph(_ attribute: ONNXAttributeProto) throws(ModelFormatError) -> ONNXGraphProto {
        do {
            return try ONNXGraphProto(serializedBytes: attribute.g)
        } catch {
            throw mismatch(expected: "a graph in attribute \(attribute.name.quoted)", found: "other bytes")
        }
    }

    /// An error about this node.
    func mismatch(expected: String, found: String) -> ModelFormatError {
        .node(displayName, operator: opType, expected: expected, found: found)
    }
}

extension ONNXGraphProto {
    /// Most subgraphs in each other.
    static let largestDepth = 8

    /// The names that nodes take and nothing in the graph makes.
    fileprivate func captures(depth: Int) throws(ModelFormatError) -> Set<String> {
        var taken = Set(output.map(\.name))
        for node in node {
            taken.formUnion(node.input.filter { !$0.isEmpty })
            taken.formUnion(try node.captures(depth: depth))
        }
        return taken.subtracting(input.map(\.name) + initializer.map(\.name) + node.flatMap(\.output))
    }
}
