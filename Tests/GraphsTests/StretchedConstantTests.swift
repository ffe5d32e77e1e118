import Tensors
import Testing

@testable import Graphs

/// Constants that a file stretches to the batch, such as a token that each row begins with.
struct StretchedConstantTests {
    @Test func eachRowHasTheConstant() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 2, 3])
        let shape = try builder.apply1("Shape", [x])
        let rows = try builder.apply1("Gather", [shape, builder.integers([0])])
        let target = try builder.apply1(
            "Concat", [rows, builder.integers([1]), builder.integers([3])], ["axis": .int(0)])
        let token = try builder.apply1("Expand", [builder.weights([1, 1, 3]), target])
        builder.graph.outputs = [try builder.apply1("Concat", [token, x], ["axis": .int(1)])]
        let constant = try #require(builder.graph.values.first { $0.constant?.dtype == .float32 }?.constant).floats
        let input = randomTensor([2, 2, 3], seed: 4).floats
        let found = try CompiledModel(builder.graph, kernels: .best()).output(input, rows: 2)
        #expect(found == constant + input[..<6] + constant + input[6...])
    }
}
