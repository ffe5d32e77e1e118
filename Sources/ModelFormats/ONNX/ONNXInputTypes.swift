import Graphs
import ONNXProtobuf
import Tensors

/// Reads the types of a graph's inputs.
struct ONNXInputTypes {
    /// Most elements of an input, free sizes counted as 1: later arithmetic on sizes must not overflow.
    private static let maximumElementCount = Int(Int32.max)

    /// Names of sizes that are taken.
    private var symbols: Set<String>

    /// Takes all inputs of the graph: their named sizes are not given to other sizes.
    init(_ inputs: [ONNXValueInfoProto]) {
        symbols = Set(inputs.flatMap { $0.type.tensorType.shape.dim.map(\.dimParam) })
    }

    /// The type of an input.
    ///
    /// A size that is missing, 0 or −1 (exporters write all three for an unknown size) becomes a free symbol named
    /// after the input and the axis.
    mutating func type(of input: ONNXValueInfoProto) throws(ModelFormatError) -> ValueType {
        guard case .tensorType(let tensor)? = input.type.value else {
            throw mismatch(input, expected: "a tensor", found: kind(input.type))
        }
        guard let dtype = ONNXElementType.dtype(tensor.elemType) else {
            throw mismatch(input, expected: "numbers or booleans", found: ONNXElementType.name(tensor.elemType))
        }
        guard tensor.hasShape else { throw mismatch(input, expected: "a shape", found: "none") }
        guard tensor.shape.dim.count <= Shape.maximumRank else {
            throw mismatch(
                input, expected: "at most \(Shape.maximumRank) dimensions", found: "\(tensor.shape.dim.count)")
        }
        var dimensions: [Dimension] = []
        for (axis, dimension) in tensor.shape.dim.enumerated() {
            dimensions.append(try size(dimension, axis, of: input))
        }
        let elementCount = dimensions.compactMap(\.fixedValue).reduce(1) { product, size in
            // Neither factor is above the limit, so the product fits an integer.
            min(product * size, Self.maximumElementCount + 1)
        }
        guard elementCount <= Self.maximumElementCount else {
            throw mismatch(
                input, expected: "at most \(Self.maximumElementCount) elements",
                found: "\(ValueType(dtype, dimensions))")
        }
        return ValueType(dtype, dimensions)
    }

    private mutating func size(
        _ dimension: ONNXTensorShapeProto.Dimension, _ axis: Int, of input: ONNXValueInfoProto
    ) throws(ModelFormatError) -> Dimension {
        switch dimension.value {
        case .dimParam(let name) where !name.isEmpty: return .symbol(name)
        case .dimValue(let size) where size < -1 || size > Int64(Self.maximumElementCount):
            throw mismatch(input, expected: "dimension \(axis) from 1 to \(Self.maximumElementCount)", found: "\(size)")
        case .dimValue(let size) where size > 0: return .fixed(Int(size))
        default: return .symbol(freshSymbol(input.name, axis))
        }
    }

    private mutating func freshSymbol(_ input: String, _ axis: Int) -> String {
        var name = "\(input).\(axis)"
        while !symbols.insert(name).inserted { name += "'" }
        return name
    }

    private func kind(_ type: ONNXTypeProto) -> String {
        switch type.value {
        case .sequenceType: "a sequence"
        case .mapType: "a map"
        case .sparseTensorType: "a sparse tensor"
        case .optionalType: "an optional value"
        case .tensorType, nil: "no type"
        }
    }

    private func mismatch(_ input: ONNXValueInfoProto, expected: String, found: String) -> ModelFormatError {
        .malformed(part: "graph input \(input.name.quoted)", expected: expected, found: found)
    }
}
