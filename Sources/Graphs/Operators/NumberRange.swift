package import Tensors

/// ONNX's `Range`: the numbers from a start on in equal steps up to a limit, all three known when the model loads.
package struct NumberRange: Operator {
    package static let name = "Range"
    /// Most numbers; a small file must not ask for much memory.
    private static let largestCount = 1 << 20

    package init(attributes: Attributes) throws(GraphError) {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var tensors: [Tensor?] = []
        for index in 0..<3 {
            guard let tensor = inputs.constant(index) else {
                throw .input(index, expected: "a number known when the model loads", found: "a computed one")
            }
            tensors.append(tensor)
        }
        let result = try evaluate(tensors)[0]
        return [ValueType(of: result)]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let tensors = [try inputs.required(0), try inputs.required(1), try inputs.required(2)]
        let numbers = tensors.compactMap { $0.convertedToFloat32().floats.first.map(Double.init) }
        guard numbers.count == 3, numbers[2] != 0 else {
            throw .input(2, expected: "three numbers, the last one not 0", found: "\(numbers)")
        }
        let count = max(0, ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up))
        guard count <= Double(Self.largestCount) else {
            throw .input(1, expected: "a range of at most \(Self.largestCount) numbers", found: "\(count)")
        }
        let values = (0..<Int(count)).map { numbers[0] + Double($0) * numbers[2] }
        if tensors[0].dtype == .float32 { return [Tensor(values.map { Float($0) }, shape: [values.count])] }
        return try Cast(to: tensors[0].dtype).evaluate([Tensor(values.map { Int($0) }, shape: [values.count])])
    }
}
