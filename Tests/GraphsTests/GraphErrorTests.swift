import Graphs
import Tensors
import Testing

/// What Apus cannot compute is said when the model loads, with the node's name.
struct GraphErrorTests {
    private func failure(_ build: (inout GraphBuilder, Graph.ValueID) throws -> Graph.ValueID) -> String {
        do {
            var builder = GraphBuilder()
            let x = builder.input([.symbol("batch"), 3, 8, 8])
            builder.graph.outputs = [try build(&builder, x)]
            let model = try CompiledModel(builder.graph, kernels: Kernels.best())
            _ = try model.plan(bindings: [:])
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func namesTheOperator() {
        #expect(failure { try $0.apply1("Einsum", [$1]) } == "operator Einsum is not supported")
    }

    @Test func namesTheAttribute() {
        let message = failure { builder, x in
            try builder.apply1("MaxPool", [x], ["kernel_shape": .ints([2, 2]), "strides": .ints([2])])
        }
        #expect(message == "attribute strides: expected 2 integers, got 1")
        #expect(
            failure { try $0.apply1("Softmax", [$1], ["axis": .float(1)]) }
                == "attribute axis: expected an integer, got a float")
    }

    @Test func namesTheNodeAndBothShapes() {
        let message = failure { try $0.apply1("Conv", [$1, $0.weights([4, 5, 3, 3]), nil]) }
        #expect(
            message
                == "node \"Conv\" (Convolution): input 0: expected float32 with 5 channels, got float32[batch, 3, 8, 8]"
        )
        #expect(
            failure { try $0.apply1("Gemm", [$1, $0.weights([4, 5])]) }
                == "node \"Gemm\" (Dense): input 0: expected float32[…, 4], got float32[batch, 3, 8, 8]")
    }

    @Test func refusesAReshapeThatDoesNotFit() {
        let message = failure { try $0.apply1("Reshape", [$1, $0.integers([0, 200])]) }
        #expect(
            message
                == "node \"Reshape\" (Reshape): input 1: expected a shape that float32[batch, 3, 8, 8] fills, got [batch, 200]"
        )
    }

    @Test func refusesAKernelLargerThanTheImage() {
        let message = failure { try $0.apply1("Conv", [$1, $0.weights([4, 3, 9, 9]), nil]) }
        #expect(message.contains("expected an image that the kernel [9, 9] fits"))
    }

    @Test func refusesAHugeConstant() {
        let message = failure { builder, x in
            let size = builder.integers([1 << 20, 1 << 20])
            let zeros = try builder.apply1("ConstantOfShape", [size])
            return try builder.apply1("Add", [x, zeros])
        }
        #expect(message.contains("too large") || message.contains("broadcasts"))
    }
}
