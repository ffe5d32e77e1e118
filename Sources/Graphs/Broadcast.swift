package import Tensors

/// Multidirectional broadcasting as ONNX and NumPy define it: trailing dimensions are aligned, a 1 stretches.
package enum Broadcast {
    /// The dimensions of the result; throws when two sizes differ and neither is 1.
    static func dimensions(_ a: [Dimension], _ b: [Dimension]) throws(GraphError) -> [Dimension] {
        let rank = max(a.count, b.count)
        var result = [Dimension]()
        for axis in 0..<rank {
            let left = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
            let right = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
            if left == right || right == 1 {
                result.append(left)
            } else if left == 1 {
                result.append(right)
            } else {
                throw .input(1, expected: "a shape that broadcasts with \(a)", found: "\(b)")
            }
        }
        return result
    }

    /// Strides, in elements, with which a tensor of `shape` is read as one of `target`; 0 where it stretches.
    package static func strides(of shape: Shape, to target: Shape) -> [Int] {
        let own = shape.strides
        let missing = target.rank - shape.rank
        return (0..<target.rank).map { axis in
            axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }

    /// Calls `body` with the offset in each operand for each element of `shape` in row-major order.
    package static func forEachOffset(_ shape: Shape, strides: [[Int]], _ body: ([Int]) -> Void) {
        guard shape.elementCount > 0 else { return }
        var index = [Int](repeating: 0, count: shape.rank)
        var offsets = [Int](repeating: 0, count: strides.count)
        while true {
            body(offsets)
            var axis = shape.rank - 1
            while axis >= 0 {
                index[axis] += 1
                for operand in strides.indices { offsets[operand] += strides[operand][axis] }
                if index[axis] < shape[axis] { break }
                for operand in strides.indices { offsets[operand] -= strides[operand][axis] * shape[axis] }
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }

    /// The elements of `tensor` read through `strides` as a tensor of `shape`: transposes, slices and stretches.
    package static func gathered(_ tensor: Tensor, shape: Shape, strides: [Int], offset: Int = 0) -> Tensor {
        let width = tensor.dtype.byteCount
        let result = AlignedStorage(byteCount: shape.elementCount * width)
        var written = 0
        forEachOffset(shape, strides: [strides]) { offsets in
            let source = unsafe tensor.storage.base + (offset + offsets[0]) * width
            unsafe (result.base + written).copyMemory(from: source, byteCount: width)
            written += width
        }
        return Tensor(dtype: tensor.dtype, shape: shape, storage: result)
    }
}
