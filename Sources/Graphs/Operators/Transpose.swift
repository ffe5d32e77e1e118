package import Tensors

/// Permutes dimensions: dimension i of the result is dimension `permutation[i]` of the input.
package struct Transpose: Operator {
    package static let name = "Transpose"
    /// nil reverses the dimensions.
    let permutation: [Int]?

    package init(attributes: Attributes) throws(GraphError) { permutation = try attributes.ints("perm") }

    package init(_ permutation: [Int]) { self.permutation = permutation }

    /// The permutation for an input of `rank` dimensions.
    func permutation(rank: Int) throws(GraphError) -> [Int] {
        let permutation = permutation ?? Array((0..<rank).reversed())
        guard permutation.sorted() == Array(0..<rank) else {
            throw .attribute("perm", expected: "each of the axes 0..<\(rank) once", found: "\(permutation)")
        }
        return permutation
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        permutation == nil
            ? Specialization(Transpose(try permutation(rank: try inputs.type(0).rank)), inputs: [0]) : nil
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        return [ValueType(type.dtype, try permutation(rank: type.rank).map { type.dimensions[$0] })]
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { inputs.splat(0) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        return [Self.transposed(input, try permutation(rank: input.shape.rank))]
    }

    /// `tensor` with its dimensions permuted. A large matrix is read in place by who packs it, turned when somebody else asks.
    static func transposed(_ tensor: Tensor, _ permutation: [Int]) -> Tensor {
        if permutation == [1, 0], tensor.dtype == .float32, tensor.elementCount >= 1 << 16 {
            let (rows, columns) = (tensor.shape[0], tensor.shape[1])
            let turned = tensor.strided(channels: columns)[0].transposed
            return Tensor(shape: [columns, rows], scattered: [turned])
        }
        let strides = tensor.shape.strides
        return Broadcast.gathered(
            tensor, shape: Shape(permutation.map { tensor.shape[$0] }), strides: permutation.map { strides[$0] })
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let input = context.rowShape(ofInput: 0)
        let permutation = try context.rowPermutation(try permutation(rank: context.type(ofInput: 0).rank))
        let strides = input.strides
        context.addStridedCopy(
            shape: Shape(permutation.map { input[$0] }), sourceStrides: permutation.map { strides[$0] },
            sourceOffset: 0)
    }
}
