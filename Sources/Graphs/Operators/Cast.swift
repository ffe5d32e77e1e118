package import Tensors

/// Converts the element type.
package struct Cast: Operator {
    package static let name = "Cast"
    let dtype: DType

    /// ONNX's numbers of the element types that Apus holds.
    private static let dtypes: [Int: DType] = [
        1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool, 11: .float32,
        12: .uint32, 13: .uint64, 10: .float32, 16: .float32,
    ]

    /// ONNX's number of an element type.
    static func code(of dtype: DType) -> Int {
        switch dtype {
        case .float32: 1
        case .uint8: 2
        case .int8: 3
        case .uint16: 4
        case .int16: 5
        case .int32: 6
        case .int64: 7
        case .bool: 9
        case .float64: 11
        case .uint32: 12
        case .uint64: 13
        }
    }

    package init(attributes: Attributes) throws(GraphError) {
        let code = try attributes.int("to") ?? 0
        guard let dtype = Self.dtypes[code] else {
            throw .attribute("to", expected: "a number type", found: "ONNX data type \(code)")
        }
        self.dtype = dtype
    }

    package init(to dtype: DType) { self.dtype = dtype }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        [ValueType(dtype, try inputs.type(0).dimensions)]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        dtype.isInteger ? inputs.sizes(0) : nil
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? {
        dtype == .float32 ? inputs.splat(0) : nil
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let type = try inputs.type(0)
        if type.dtype == dtype { return Specialization(Identity(), inputs: [0]) }
        // Plans compute in float32, whatever the file calls the numbers.
        guard type.dtype == .float32, inputs.constant(0) == nil, inputs.splat(0) == nil else { return nil }
        if dtype == .bool { return Specialization(NotZero(), inputs: [0]) }
        return dtype.isInteger ? Specialization(Truncate(), inputs: [0]) : nil
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        if input.dtype == dtype { return [input] }
        if dtype == .float32 { return [input.convertedToFloat32()] }
        guard let integers = input.convertedToInt64()?.integers else {
            throw .input(0, expected: "numbers that fit int64", found: "\(input.dtype)")
        }
        switch dtype {
        case .int64: return [Tensor(integers, shape: input.shape)]
        case .int32:
            return [Tensor(copying: integers.map { Int32(truncatingIfNeeded: $0) }, dtype: dtype, shape: input.shape)]
        case .bool:
            return [Tensor(copying: integers.map { UInt8($0 == 0 ? 0 : 1) }, dtype: dtype, shape: input.shape)]
        default: throw .unsupported("Cast from \(input.dtype) to \(dtype) is not supported")
        }
    }
}
