import Tensors

extension Shape {
    /// Most dimensions of a tensor in a file; NumPy's own limit.
    static let maximumRank = 64

    /// The shape of a tensor in a file, when its elements, of `width` bytes, take exactly `byteCount` bytes; throws
    /// `.tensor` naming `tensor` otherwise. No arithmetic on such a shape overflows afterwards.
    init(
        checking dimensions: [Int64], width: Int, byteCount: Int, tensor: String
    ) throws(ModelFormatError) {
        let shape = try Shape(checking: dimensions, width: width, tensor: tensor)
        guard shape.elementCount * width == byteCount else {
            throw .tensor(
                tensor, expected: "\(shape.elementCount * width) bytes for shape \(shape)", found: "\(byteCount)")
        }
        self = shape
    }

    /// The shape of a tensor in a file; throws `.tensor` naming `tensor` when a dimension is negative, or when the
    /// size in bytes does not fit an integer even with dimensions of size 0 left out.
    init(checking dimensions: [Int64], width: Int, tensor: String) throws(ModelFormatError) {
        guard dimensions.count <= Self.maximumRank else {
            throw .tensor(
                tensor, expected: "at most \(Self.maximumRank) dimensions", found: "\(dimensions.count)")
        }
        var size = width
        for dimension in dimensions {
            guard dimension >= 0 else {
                throw .tensor(tensor, expected: "dimensions of at least 0", found: "\(dimension)")
            }
            let (product, overflow) = size.multipliedReportingOverflow(by: max(Int(dimension), 1))
            guard !overflow else {
                throw .tensor(tensor, expected: "a size that fits memory", found: "dimensions \(dimensions)")
            }
            size = product
        }
        self.init(dimensions.map { Int($0) })
    }
}
