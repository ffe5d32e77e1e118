import Tensors

/// The random numbers of a `Dropout`: y = factor · x + offset. Each row has numbers of its own, so that they do not
/// depend on the threads.
struct NoiseMask: Sendable {
    private let noise: Dropout.Noise
    private let ratio: Float
    private let node: UInt64
    private let axis: BatchAxis
    /// The sizes of a row, and for each of its axes whether its elements share their numbers.
    private let sizes: [Int]
    private let isShared: [Bool]

    init(_ op: Dropout, ratio: Float, node: UInt64, _ context: TrainingContext) throws(GraphError) {
        (noise, self.ratio, self.node) = (op.noise, ratio, node)
        axis = try context.axis(ofOutput: 0)
        let shape = context.shape(ofOutput: 0)
        guard op.sharedAxes.isEmpty || (axis.outer == 1 && shape[0] == axis.capacity) else {
            throw .unsupported("dropout of whole slices is trained with the batch first only")
        }
        sizes = op.sharedAxes.isEmpty ? [axis.rowFloats] : Array(shape.dimensions.dropFirst())
        let shared = op.sharedAxes
        isShared = op.sharedAxes.isEmpty ? [false] : sizes.indices.map { shared.contains($0 + 1) }
    }

    /// Whether something is added, too.
    var addsOffsets: Bool { noise == .gaussianNoise || noise == .alphaDropout }

    /// What SELU tends to for small numbers.
    private static let lowest: Float = -1.6732632423543772 * 1.0507009873554805

    /// Writes the factor, and the offset where there are any, for each element of some rows.
    func write(
        to factors: UnsafeMutablePointer<Float>, _ offsets: UnsafeMutablePointer<Float>?, rows: Range<Int>, seed: UInt64
    ) {
        for row in rows {
            var mixer = RandomSource(seed: seed ^ node &* 0x9E37_79B9_7F4A_7C15)
            var random = RandomSource(seed: mixer.next() &+ UInt64(row) &* 0xD1B5_4A32_D192_ED03)
            axis.forEachBlock(row..<row + 1) { start, count in
                for index in 0..<count {
                    let source = source(of: index)
                    let place = start + index
                    if source < index {
                        unsafe factors[place] = factors[start + source]
                        if let offsets = unsafe offsets { unsafe offsets[place] = offsets[start + source] }
                        continue
                    }
                    let (factor, offset) = next(&random)
                    unsafe factors[place] = factor
                    if let offsets = unsafe offsets { unsafe offsets[place] = offset }
                }
            }
        }
    }

    /// The first element that has the same numbers as this one.
    private func source(of index: Int) -> Int {
        guard isShared.contains(true) else { return index }
        var (rest, stride, result) = (index, 1, 0)
        for axis in sizes.indices.reversed() {
            if !isShared[axis] { result += rest % sizes[axis] * stride }
            rest /= sizes[axis]
            stride *= sizes[axis]
        }
        return result
    }

    private func next(_ random: inout RandomSource) -> (factor: Float, offset: Float) {
        switch noise {
        case .dropout: return (random.uniform() < ratio ? 0 : 1 / (1 - ratio), 0)
        case .gaussianDropout: return (1 + Float(random.normal()) * (ratio / (1 - ratio)).squareRoot(), 0)
        case .gaussianNoise: return (1, Float(random.normal()) * ratio)
        case .alphaDropout:
            let scale = 1 / ((1 - ratio) * (1 + ratio * Self.lowest * Self.lowest)).squareRoot()
            let shift = -scale * Self.lowest * ratio
            return random.uniform() < ratio ? (0, scale * Self.lowest + shift) : (scale, shift)
        }
    }
}
