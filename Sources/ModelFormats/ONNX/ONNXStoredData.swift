import ONNXProtobuf
import Tensors

/// The elements of large tensors, which stayed in the file when its message was made (`ONNXSkeleton`). In the message each has
/// a mark in their place.
struct ONNXStoredData {
    private let source: ByteSource
    /// Where the elements of each mark are.
    private var places: [[UInt8]: Range<Int>] = [:]
    /// Tensors that were read: a loop may read one at every turn.
    private var tensors: [[UInt8]: Tensor] = [:]
    /// What all marks begin with: no file can have elements that look like one.
    private let secret = (0..<16).map { _ in UInt8.random(in: 0 ... .max) }

    /// Bytes of a mark: the secret and a number.
    private static let markByteCount = 24

    init(_ source: ByteSource) { self.source = source }

    /// Remembers where elements are.
    /// - Parameter range: The bytes.
    /// - Returns: The mark.
    mutating func add(_ range: Range<Int>) -> [UInt8] {
        let mark = secret + (0..<8).map { UInt8(truncatingIfNeeded: places.count >> (8 * $0)) }
        places[mark] = range
        return mark
    }

    /// The mark that a tensor has instead of its elements; nil when it has them.
    func mark(in proto: ONNXTensorProto) -> [UInt8]? {
        guard proto.rawData.count == Self.markByteCount else { return nil }
        let mark = Array(proto.rawData)
        return places[mark] == nil ? nil : mark
    }

    /// Reads a tensor by its mark.
    /// - Throws: `.tensor` when the elements take other bytes than its shape asks for, or what reading the file throws.
    mutating func tensor(
        _ mark: [UInt8], dimensions: [Int64], _ encoding: ElementEncoding, name: String
    ) throws(ModelFormatError) -> Tensor {
        guard let place = places[mark] else { preconditionFailure("no mark of this file") }
        let shape = try Shape(
            checking: dimensions, width: encoding.byteCount, byteCount: place.count, tensor: name)
        if let tensor = tensors[mark], tensor.shape == shape, tensor.dtype == encoding.dtype { return tensor }
        let tensor = try encoding.tensor(from: source, at: place.lowerBound, shape: shape)
        tensors[mark] = tensor
        return tensor
    }
}
