import Tensors

extension Tensor {
    /// The tensor with its dimensions in reverse order.
    func transposed() -> Tensor {
        switch dtype.byteCount {
        case 1: transposed(UInt8.self)
        case 2: transposed(UInt16.self)
        case 4: transposed(UInt32.self)
        default: transposed(UInt64.self)
        }
    }

    private func transposed<Element: FixedWidthInteger & BitwiseCopyable>(_ type: Element.Type) -> Tensor {
        let source = elements(as: type)
        let target = Shape(shape.dimensions.reversed())
        let strides = Array(shape.strides.reversed())
        var result: [Element] = []
        result.reserveCapacity(source.count)
        var index = [Int](repeating: 0, count: target.rank)
        var offset = 0
        for _ in source.indices {
            result.append(source[offset])
            // Counts up like an odometer, keeping the place in the source.
            for axis in stride(from: target.rank - 1, through: 0, by: -1) {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < target[axis] { break }
                offset -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
        return Tensor(copying: result, dtype: dtype, shape: target)
    }
}
