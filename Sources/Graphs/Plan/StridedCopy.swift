import Tensors

/// Copies floats read through strides into a contiguous row: a transpose, a slice or a stretch.
struct StridedCopy: Sendable {
    /// Sizes and strides, outermost first, the innermost loop apart; neighbouring dimensions that can be walked in
    /// one loop are merged.
    private let sizes: [Int]
    private let strides: [Int]
    private let innerSize: Int
    private let innerStride: Int
    private let offset: Int

    init(shape: Shape, strides: [Int], offset: Int) {
        var merged: [(size: Int, stride: Int)] = []
        for (size, stride) in zip(shape.dimensions, strides) where size != 1 {
            if let last = merged.last, last.stride == stride * size {
                merged[merged.count - 1] = (last.size * size, stride)
            } else {
                merged.append((size, stride))
            }
        }
        let inner = merged.popLast() ?? (1, 1)
        sizes = merged.map(\.size)
        self.strides = merged.map(\.stride)
        innerSize = inner.size
        innerStride = inner.stride
        self.offset = offset
    }

    func run(from source: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        var target = unsafe target
        unsafe copy(axis: 0, source + offset, &target)
    }

    private func copy(axis: Int, _ source: UnsafeMutablePointer<Float>, _ target: inout UnsafeMutablePointer<Float>) {
        guard axis == sizes.count else {
            for index in 0..<sizes[axis] { unsafe copy(axis: axis + 1, source + index * strides[axis], &target) }
            return
        }
        if innerStride == 1 {
            unsafe target.update(from: source, count: innerSize)
        } else {
            for index in 0..<innerSize { unsafe target[index] = source[index * innerStride] }
        }
        unsafe target += innerSize
    }
}
