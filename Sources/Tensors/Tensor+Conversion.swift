extension Tensor {
    /// The elements converted to float32; a bool is 0 or 1.
    package func convertedToFloat32() -> Tensor {
        switch dtype {
        case .float32: return self
        case .float64: return Tensor(elements(as: Double.self).map { Float($0) }, shape: shape)
        case .bool: return Tensor(elements(as: UInt8.self).map { $0 == 0 ? Float(0) : 1 }, shape: shape)
        case .uint64: return Tensor(elements(as: UInt64.self).map { Float($0) }, shape: shape)
        default: return Tensor((integers ?? []).map { Float($0) }, shape: shape)
        }
    }

    /// The elements converted to int64, floats truncated towards zero; nil when one does not fit.
    package func convertedToInt64() -> Tensor? {
        switch dtype {
        case .bool: return Tensor(elements(as: UInt8.self).map { $0 == 0 ? Int(0) : 1 }, shape: shape)
        case .float32: return Tensor.int64(from: elements(as: Float.self).map { Double($0) }, shape: shape)
        case .float64: return Tensor.int64(from: elements(as: Double.self), shape: shape)
        default: return integers.map { Tensor($0, shape: shape) }
        }
    }

    private static func int64(from values: [Double], shape: Shape) -> Tensor? {
        var integers = [Int]()
        integers.reserveCapacity(values.count)
        for value in values {
            guard let integer = Int(exactly: value.rounded(.towardZero)) else { return nil }
            integers.append(integer)
        }
        return Tensor(integers, shape: shape)
    }
}
