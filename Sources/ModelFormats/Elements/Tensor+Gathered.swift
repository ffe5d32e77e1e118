import Tensors

extension Tensor {
    /// The view of a tensor's elements that has this shape, with so many elements from one index of a dimension to the
    /// next; all its elements must be there.
    func gathered(shape: Shape, strides: [Int]) -> Tensor {
        switch dtype.byteCount {
        case 1: gathered(shape, strides, UInt8.self)
        case 2: gathered(shape, strides, UInt16.self)
        case 4: gathered(shape, strides, UInt32.self)
        default: gathered(shape, strides, UInt64.self)
        }
    }

    private func gathered<Element: FixedWidthInteger & BitwiseCopyable>(
        _ shape: Shape, _ strides: [Int], _ type: Element.Type
    ) -> Tensor {
        let source = elements(as: type)
        var result: [Element] = []
        result.reserveCapacity(shape.elementCount)
        var index = [Int](repeating: 0, count: shape.rank)
        var offset = 0
        for _ in 0..<shape.elementCount {
            result.append(source[offset])
            // Counts up like an odometer, keeping the place in the source.
            for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < shape[axis] { break }
                offset -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
        return Tensor(copying: result, dtype: dtype, shape: shape)
    }
}
