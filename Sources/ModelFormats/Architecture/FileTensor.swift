import Tensors

/// One tensor of `model.safetensors`, and where its elements stand among the graph's constants.
///
/// Files have PyTorch's names and layouts, graphs what their operators want; both hold the same numbers, so that
/// converting there and back changes no bit.
struct FileTensor: Sendable, Equatable {
    /// `lstm.weight_ih_l0`.
    let name: String
    let shape: Shape
    /// The graph constant with the elements.
    let parameter: String
    /// Where in the constant each of the tensor's equally long parts begins.
    let offsets: [Int]
    /// Whether the constant is the transposed matrix; then it is the whole one.
    let isTransposed: Bool

    /// A tensor that is the whole constant.
    init(_ name: String, _ shape: Shape, isTransposed: Bool = false, parameter: String? = nil) {
        self.init(name, shape, parameter: parameter ?? name, offsets: [0], isTransposed: isTransposed)
    }

    /// A tensor made of parts of a constant.
    init(_ name: String, _ shape: Shape, parameter: String, offsets: [Int], isTransposed: Bool = false) {
        self.name = name
        self.shape = shape
        self.parameter = parameter
        self.offsets = offsets
        self.isTransposed = isTransposed
    }

    /// Whether the constant has the same elements in the same order.
    func isWhole(_ constant: Shape) -> Bool {
        !isTransposed && offsets == [0] && constant.elementCount == shape.elementCount
    }

    /// The tensor as the file has it.
    func read(from constant: Tensor) -> Tensor {
        if isWhole(constant.shape) { return constant.reshaped(to: shape) }
        let storage = AlignedStorage(unfilledByteCount: shape.elementCount * MemoryLayout<Float>.stride)
        let (target, source) = unsafe (storage.floats, constant.storage.floats)
        if isTransposed {
            unsafe Self.transpose(source, rows: shape[1], columns: shape[0], into: target)
        } else {
            let part = shape.elementCount / offsets.count
            for (index, offset) in offsets.enumerated() {
                unsafe (target + index * part).update(from: source + offset, count: part)
            }
        }
        return Tensor(dtype: .float32, shape: shape, storage: storage)
    }

    /// The file's elements, float32 of `shape`, as the constant has them: parts, and where each begins there.
    func parts(of tensor: Tensor) -> [(offset: Int, floats: StridedFloats)] {
        precondition(tensor.dtype == .float32 && tensor.shape == shape, "another tensor")
        let width = shape.dimensions.dropFirst().reduce(1, *)
        if isTransposed { return [(0, tensor.strided(channels: width)[0].transposed)] }
        return zip(offsets, tensor.strided(parts: offsets.count, channels: width)).map { ($0, $1) }
    }

    /// A matrix [rows, columns] as [columns, rows], square by square, so that both stay in the cache.
    private static func transpose(
        _ source: UnsafePointer<Float>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>
    ) {
        let side = 32
        for row in stride(from: 0, to: rows, by: side) {
            for column in stride(from: 0, to: columns, by: side) {
                for x in column..<min(column + side, columns) {
                    for y in row..<min(row + side, rows) {
                        unsafe target[x * rows + y] = source[y * columns + x]
                    }
                }
            }
        }
    }
}
