import Graphs
import ModelFormats
import Tensors

/// What `apus convert` did: every layer or node and what became of it, and how well the result answers.
package struct ConversionReport: Sendable, Equatable {
    /// One layer or node of the model that was read.
    package struct Row: Sendable, Equatable {
        /// `Conv2D conv2d`.
        package let from: String
        /// The nodes, layers or tensors it became.
        package let to: [String]
        /// The shape of its result.
        package let shape: String
        /// Numbers it learned.
        package let parameterCount: Int
    }

    package let input: String
    package let output: String
    package let inputFormat: String
    package let outputFormat: String
    package let inputBytes: Int
    package let outputBytes: Int
    package let rows: [Row]
    /// What was left out, and why.
    package let leftOut: [String]
    /// What a proposed network takes for granted, because tensors do not say it.
    package let assumptions: [String]
    /// nil for what is no model any more.
    package let parity: Parity?

    package var parameterCount: Int { rows.reduce(0) { $0 + $1.parameterCount } }
}

extension ConversionReport {
    /// What became of each part of a model.
    static func rows(of form: ModelForm, as target: ConversionTarget) throws(ModelFormatError) -> [Row] {
        switch form {
        case .layers(let model):
            let described = target == .onnx ? try form.described() : nil
            let graph = try model.graph()
            return model.architecture.layers.map { layer in
                let to =
                    switch target {
                    case .onnx:
                        described?.nodes.filter { node in
                            node.source.map { graph.nodes[$0].name == layer.name } ?? false
                        }.map(\.op) ?? []
                    case .npz: layer.tensors
                    case .native, .safetensors, .architecture: ["\(layer.type) \(layer.name)"]
                    }
                return Row(
                    from: "\(layer.type) \(layer.name)", to: to, shape: "\(layer.output)",
                    parameterCount: layer.parameterCount)
            }
        case .graph(let graph): return rows(of: graph, try form.described(), as: target)
        }
    }

    private static func rows(
        of graph: Graph, _ described: DescribedGraph, as target: ConversionTarget
    ) -> [Row] {
        var nodes: [Int: [DescribedNode]] = [:]
        for node in described.nodes { if let source = node.source { nodes[source, default: []].append(node) } }
        var counted: Set<Graph.ValueID> = []
        return graph.nodes.enumerated().map { index, node in
            let own = node.inputs.compactMap(\.self).filter {
                graph[$0].constant?.dtype == .float32 && counted.insert($0).inserted
            }
            let written = nodes[index] ?? []
            return Row(
                from: node.name.isEmpty ? node.op.name : "\(node.op.name) \(node.name)",
                to: target == .npz ? own.map { graph[$0].name } : written.map(\.op),
                shape: written.last?.resultType.map { "\($0)" } ?? "",
                parameterCount: own.reduce(0) { $0 + (graph[$1].constant?.elementCount ?? 0) })
        }
    }
}
