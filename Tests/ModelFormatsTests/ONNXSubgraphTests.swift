import FoundationEssentials
import Graphs
import ONNXProtobuf
import SwiftProtobuf
import Tensors
import Testing

@testable import ModelFormats

/// Loops and choices of ONNX files, whose nodes become nodes of the graph when their course is known.
struct ONNXSubgraphTests {
    private static func constant(_ name: String, _ value: Int64) -> ONNXNodeProto {
        ONNXBuilding.node("Constant", [], [name], [ONNXBuilding.attribute("value_int", .int) { $0.i = value }])
    }

    private static func subgraph(
        _ name: String, inputs: [String], nodes: [ONNXNodeProto], outputs: [String]
    ) throws -> ONNXAttributeProto {
        let graph = ONNXGraphProto.with {
            $0.input = inputs.map { name in ONNXValueInfoProto.with { $0.name = name } }
            $0.node = nodes
            $0.output = outputs.map { name in ONNXValueInfoProto.with { $0.name = name } }
        }
        let bytes: Data = try graph.serializedBytes()
        return ONNXBuilding.attribute(name, .graph) { $0.g = bytes }
    }

    /// s becomes 2 s + x in each turn, as long as the turn is below `limit`; all s are kept.
    private static func loop(turns: String, limit: Int64) throws -> ONNXModelProto {
        let body = try subgraph(
            "body", inputs: ["turn", "goes", "s"],
            nodes: [
                ONNXBuilding.node("Add", ["s", "s"], ["twice"]), ONNXBuilding.node("Add", ["twice", "x"], ["next"]),
                constant("limit", limit), ONNXBuilding.node("Less", ["turn", "limit"], ["more"]),
            ], outputs: ["more", "next", "next"])
        return ONNXBuilding.model(
            nodes: [
                constant("five", 5), constant("yes", 1),
                ONNXBuilding.node("Loop", [turns, "yes", "x"], ["last", "all"], [body]),
                ONNXBuilding.node(
                    "Transpose", ["all"], ["turned"], [ONNXBuilding.attribute("perm", .ints) { $0.ints = [1, 0, 2] }]),
                ONNXBuilding.node("ReduceSum", ["turned"], ["sum"]), ONNXBuilding.node("Add", ["sum", "last"], ["y"]),
            ], outputs: ["last", "turned"])
    }

    @Test(arguments: [("five", Int64(9), 5), ("five", 2, 3), ("", 3, 4)])
    func unrollsLoops(turns: String, limit: Int64, count: Int) throws {
        let graph = try Self.loop(turns: turns, limit: limit).imported()
        let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        // s is (2ⁿ⁺¹ − 1) x after n turns.
        let factors = (1...count).map { Float((2 << $0) - 1) }
        let results = try graph.evaluate([x])
        #expect(results[0].floats == x.floats.map { $0 * factors[count - 1] })
        #expect(results[1].shape == [2, count, 2])
        let model = try CompiledModel(graph, kernels: Kernels.best())
        let found = try model.plan(bindings: [:]).run([x], rows: 2)
        #expect(found == results[0].floats)
        // Each turn makes values of its own, which a file cannot have under one name.
        let names = try DescribedGraph(describing: graph).nodes.flatMap(\.outputs)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: [(Int64(1), Float(2)), (0, -1)])
    func takesTheBranchThatIsKnown(condition: Int64, factor: Float) throws {
        let branches = [
            try Self.subgraph(
                "then_branch", inputs: [], nodes: [ONNXBuilding.node("Add", ["x", "x"], ["sum"])], outputs: ["sum"]),
            try Self.subgraph(
                "else_branch", inputs: [], nodes: [ONNXBuilding.node("Neg", ["x"], ["less"])], outputs: ["less"]),
        ]
        let graph = try ONNXBuilding.model(nodes: [
            ONNXBuilding.node("If", ["condition"], ["y"], branches), Self.constant("condition", condition),
        ]).imported()
        let x = Tensor([1, 2] as [Float], shape: [1, 2])
        #expect(try graph.evaluate([x])[0].floats == x.floats.map { $0 * factor })
    }

    @Test func refusesWhatDependsOnTheRequest() throws {
        let branch = try Self.subgraph(
            "then_branch", inputs: [], nodes: [ONNXBuilding.node("Neg", ["x"], ["less"])], outputs: ["less"])
        let choice = ONNXBuilding.model(nodes: [
            ONNXBuilding.node("ReduceSum", ["x"], ["sum"]),
            ONNXBuilding.node("If", ["sum"], ["y"], name: "choice", [branch]),
        ])
        #expect { try choice.imported() } throws: {
            "\($0)".contains("choice") && "\($0)".contains("the condition known when the model loads")
        }
        #expect { try Self.loop(turns: "", limit: 1 << 40).imported() } throws: { "\($0)".contains("4096 turns") }
    }

    /// Subgraphs in subgraphs cost nothing before they are looked at, and then there are few.
    @Test func refusesDeepNesting() throws {
        var node = ONNXBuilding.node("Neg", ["x"], ["y"])
        for _ in 0..<40 {
            let branch = try Self.subgraph("then_branch", inputs: [], nodes: [node], outputs: ["y"])
            node = ONNXBuilding.node("If", ["condition"], ["y"], [branch])
        }
        let model = ONNXBuilding.model(nodes: [Self.constant("condition", 1), node])
        #expect { try model.imported() } throws: { "\($0)".contains("subgraphs in each other") }
    }

    @Test func refusesBytesThatAreNoGraph() throws {
        let broken = ONNXBuilding.attribute("body", .graph) { $0.g = Data([0x0A, 0xFF, 0xFF, 0xFF]) }
        let model = ONNXBuilding.model(nodes: [ONNXBuilding.node("Loop", ["", "", "x"], ["y"], [broken])])
        #expect { try model.imported() } throws: { "\($0)".contains("a graph in attribute \"body\"") }
    }
}
