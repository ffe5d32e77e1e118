package import Tensors

/// Padding as files have it: how much, and with which number, are attributes before opset 11 and inputs since. It becomes
/// `Padding`.
package struct Pad: Operator {
    package static let name = "Pad"
    let mode: Padding.Mode
    let pads: [Int]?
    let fill: Float

    /// No image has more around it; arithmetic on such sizes cannot overflow.
    private static let largestPad = 1 << 20

    package init(attributes: Attributes) throws(GraphError) {
        let name = try attributes.string("mode") ?? "constant"
        guard let mode = Padding.Mode(rawValue: name) else {
            throw .attribute("mode", expected: "constant, reflect, edge or wrap", found: name)
        }
        self.mode = mode
        pads = try attributes.ints("pads")
        fill = try attributes.float("value") ?? 0
    }

    private func padding(
        _ pads: [Int]?, axes: [Int]?, fill: Float?, rank: Int
    ) throws(GraphError) -> Padding {
        guard let pads = pads ?? self.pads else { throw .arity(what: "inputs", expected: "at least 2", found: 1) }
        var places = Array(0..<rank)
        if let axes {
            places = []
            for axis in axes { places.append(try Axis.normalized(axis, rank: rank)) }
        }
        guard pads.count == 2 * places.count, pads.allSatisfy({ abs($0) <= Self.largestPad }) else {
            throw .attribute(
                "pads", expected: "\(2 * places.count) numbers up to \(Self.largestPad)", found: "\(pads)")
        }
        var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        for (index, axis) in places.enumerated() {
            (before[axis], after[axis]) = (pads[index], pads[index + places.count])
        }
        return Padding(mode, before: before, after: after, fill: fill ?? self.fill)
    }

    private func padding(_ inputs: InferenceInputs) throws(GraphError) -> Padding {
        let value = inputs.constant(2)
        guard !inputs.has(2) || value?.elementCount == 1 else {
            throw .input(2, expected: "one number known when the model loads", found: "something else")
        }
        return try padding(
            try inputs.integers(1, "pads"), axes: try inputs.integers(3, "axes"),
            fill: value?.convertedToFloat32().floats.first, rank: try inputs.type(0).rank)
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(try padding(inputs), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        try padding(inputs).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let padding = try padding(
            inputs.optional(1)?.integers, axes: inputs.optional(3)?.integers,
            fill: inputs.optional(2)?.convertedToFloat32().floats.first, rank: input.shape.rank)
        return try padding.evaluate([input])
    }
}
