/// How one axis is resized, and where its new elements lie among the old ones (ONNX operator Resize).
struct ResizeAxis: Sendable, Equatable {
    /// Which place in the input an index of the result stands for.
    enum Coordinates: String, Sendable, CaseIterable {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case tensorFlowHalfPixel = "tf_half_pixel_for_nn"
    }

    /// How a place between two elements takes one of them.
    enum Rounding: String, Sendable, CaseIterable {
        case preferFloor = "round_prefer_floor"
        case preferCeil = "round_prefer_ceil"
        case floor
        case ceil
    }

    /// New elements for each old one; nil when the size is given.
    var scale: Float?
    /// The new size; nil when the scale is given.
    var size: Int?

    /// No axis becomes longer.
    private static let largestSize = 1 << 20

    /// Whether nothing changes.
    var isIdentity: Bool { scale == 1 }

    /// The size of the result.
    func outputSize(_ input: Dimension) throws(GraphError) -> Dimension {
        if let size { return .fixed(size) }
        let scale = scale ?? 1
        if scale == 1 { return input }
        guard let known = input.fixedValue else {
            guard scale == scale.rounded(), scale < 1024 else {
                throw .unsupported("resizing a dimension of free size by \(scale) is not supported")
            }
            return input * .fixed(Int(scale))
        }
        let product = Float(known) * scale
        guard product >= 1, product < Float(Self.largestSize) else {
            throw .input(0, expected: "sizes that become 1 to \(Self.largestSize)", found: "\(known) times \(scale)")
        }
        return .fixed(Int(product))
    }

    /// The place of each index of the result. Single precision, as onnxruntime and PyTorch have it: places right between
    /// two elements are rounded alike.
    func places(_ input: Int, _ coordinates: Coordinates) throws(GraphError) -> [Float] {
        guard let output = try outputSize(.fixed(input)).fixedValue else { return [] }
        let scale = scale ?? Float(output) / Float(input)
        return (0..<output).map { index in
            let index = Float(index)
            switch coordinates {
            case .halfPixel: return (index + 0.5) / scale - 0.5
            case .halfPixelSymmetric:
                let adjustment = Float(output) / (scale * Float(input))
                return Float(input) / 2 * (1 - adjustment) + (index + 0.5) / scale - 0.5
            case .pytorchHalfPixel: return output > 1 ? (index + 0.5) / scale - 0.5 : 0
            case .alignCorners: return output > 1 ? index * Float(input - 1) / Float(output - 1) : 0
            case .asymmetric: return index / scale
            case .tensorFlowHalfPixel: return (index + 0.5) / scale
            }
        }
    }

    /// The element that each index of the result takes.
    func nearest(_ input: Int, _ coordinates: Coordinates, _ rounding: Rounding) throws(GraphError) -> [Int] {
        try places(input, coordinates).map { place in
            let rounded: Float
            switch rounding {
            case .preferFloor: rounded = (place - 0.5).rounded(.up)
            case .preferCeil: rounded = (place + 0.5).rounded(.down)
            case .floor: rounded = place.rounded(.down)
            case .ceil: rounded = place.rounded(.up)
            }
            return min(max(Int(rounded), 0), input - 1)
        }
    }

    /// The two neighbours of each place and their shares.
    func linear(_ input: Int, _ coordinates: Coordinates) throws(GraphError) -> [[FilterTap]] {
        try places(input, coordinates).map { place in
            let place = min(max(place, 0), Float(input - 1))
            let low = Int(place)
            let share = place - Float(low)
            guard share > 0 else { return [FilterTap(index: low, weight: 1)] }
            return [FilterTap(index: low, weight: 1 - share), FilterTap(index: low + 1, weight: share)]
        }
    }

    /// The four neighbours of each place and their shares (Keys 1981).
    /// - Parameters:
    ///   - input: The size of the input.
    ///   - coordinates: Where the places are.
    ///   - a: The slope at the neighbours.
    ///   - excludesOutside: Whether neighbours outside do not count; otherwise the outermost elements stand for them.
    /// - Returns: For each index of the result its sum.
    /// - Throws: when the size becomes absurd.
    func cubic(
        _ input: Int, _ coordinates: Coordinates, a: Float, excludesOutside: Bool
    ) throws(GraphError) -> [[FilterTap]] {
        try places(input, coordinates).map { place in
            let low = Int(place.rounded(.down))
            let share = place - Float(low)
            let distances = [1 + share, share, 1 - share, 2 - share]
            var taps = distances.enumerated().map { (index: low - 1 + $0, weight: Self.keys($1, a: a)) }
            if excludesOutside {
                taps = taps.filter { (0..<input).contains($0.index) }
                let sum = taps.reduce(0) { $0 + $1.weight }
                taps = taps.map { ($0.index, $0.weight / sum) }
            }
            return taps.map { FilterTap(index: min(max($0.index, 0), input - 1), weight: $0.weight) }
        }
    }

    private static func keys(_ x: Float, a: Float) -> Float {
        x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    }
}
