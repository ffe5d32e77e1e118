import Graphs
import Tensors

/// Random float32 elements in [-scale, scale).
func randomTensor(_ shape: Shape, seed: UInt64, scale: Float = 1) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor(random.uniform(count: shape.elementCount, in: -scale..<scale), shape: shape)
}

/// Builds graphs the way importers do: by operator names and attributes.
struct GraphBuilder {
    var graph = Graph(name: "test")
    private var seed: UInt64 = 1

    mutating func input(_ dimensions: [Dimension], _ name: String = "input") -> Graph.ValueID {
        graph.addInput(name, type: ValueType(.float32, dimensions))
    }

    mutating func weights(_ shape: Shape, scale: Float = 0.3) -> Graph.ValueID {
        seed += 1
        return graph.addConstant(randomTensor(shape, seed: seed, scale: scale))
    }

    /// Weights of a convolution that stand as Keras has them, [window, in, out].
    mutating func turnedWeights(_ shape: Shape, scale: Float = 0.3) -> Graph.ValueID {
        seed += 1
        let (outputs, inputs) = (shape[0], shape[1])
        let floats = randomTensor(shape, seed: seed, scale: scale).strided(channels: inputs, taps: outputs)[0]
        return graph.addConstant(Tensor(shape: shape, scattered: [floats.reversed]))
    }

    mutating func integers(_ values: [Int]) -> Graph.ValueID {
        graph.addConstant(Tensor(values, shape: [values.count]))
    }

    mutating func scalar(_ value: Int) -> Graph.ValueID { graph.addConstant(Tensor([value], shape: [])) }

    mutating func apply(
        _ name: String, _ inputs: [Graph.ValueID?], _ attributes: [String: AttributeValue] = [:], opset: Int = 17,
        outputs: Int = 1
    ) throws -> [Graph.ValueID] {
        let op = try OperatorRegistry.make(name, domain: "", attributes: Attributes(attributes, opset: opset))
        return graph.addNode(op, inputs, outputCount: outputs, name: name)
    }

    mutating func apply1(
        _ name: String, _ inputs: [Graph.ValueID?], _ attributes: [String: AttributeValue] = [:], opset: Int = 17
    ) throws -> Graph.ValueID {
        try apply(name, inputs, attributes, opset: opset)[0]
    }
}

extension CompiledModel {
    /// Runs `rows` rows of one input through the plan for `bindings` and returns the first output's elements.
    func output(
        _ input: [Float], rows: Int, bindings: [String: Int] = [:], threads: Int = 1
    ) throws -> [Float] {
        let plan = try plan(bindings: bindings)
        var output = [Float](repeating: .nan, count: rows * plan.outputSizes[0])
        let workspace = plan.makeWorkspace(threads: threads)
        let pool = threads > 1 ? ComputePool(threads: threads) : nil
        input.withUnsafeBufferPointer { x in
            output.withUnsafeMutableBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                plan.run(rows: rows, inputs: [x], outputs: [y], workspace: workspace, pool: pool)
            }
        }
        return output
    }
}

/// The largest absolute difference; infinite when the counts differ or one is NaN and the other is not.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { largest, pair in
        if pair.0.isNaN || pair.1.isNaN { return pair.0.isNaN && pair.1.isNaN ? largest : .infinity }
        return max(largest, abs(pair.0 - pair.1))
    }
}
