/// One fitted step over the numbers of a tensor, an image or a sequence. Lists of parameters hold one value for all
/// numbers, one for each feature (of the last dimension), or one for each element of the row.
package enum NumericStep: Sendable, Equatable {
    /// NaN becomes these.
    case impute([Float])
    /// Values below and above are set to the bounds.
    case clip(lower: [Float], upper: [Float])
    /// An image of another size, interpolated linearly; the average of what a pixel covers when it gets smaller.
    case resize(height: Int, width: Int)
    /// One channel from three: ITU-R BT.601 luma.
    case grayscale
    /// An image of dark on light becomes one of light on dark.
    case invert(Inversion)
    /// The mean of each row of pixels [height, 1, channels].
    case rowMeans
    /// The channels of an image in the opposite order: BGR from RGB.
    case reverseColors
    /// [channels, height, width] from [height, width, channels].
    case channelsFirst
    /// x · factor + offset.
    case scale(factor: Float, offset: Float)
    /// (x − center) · factor.
    case normalise(center: [Float], factor: [Float])

    /// The shape after the step.
    func shape(after shape: [Int]) -> [Int] {
        switch self {
        case .resize(let height, let width): [height, width, shape[2]]
        case .grayscale: [shape[0], shape[1], 1]
        case .rowMeans: [shape[0], 1, shape[2]]
        case .channelsFirst: [shape[2], shape[0], shape[1]]
        default: shape
        }
    }

    /// Whether each number is changed by itself, so that the step works in place.
    var isElementwise: Bool {
        switch self {
        case .resize, .grayscale, .invert, .rowMeans, .reverseColors, .channelsFirst: false
        default: true
        }
    }

    /// Runs an elementwise step in place.
    func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .impute(let fills):
            unsafe Self.forEach(values, count, fills.count) { value, index in value.isNaN ? fills[index] : value }
        case .clip(let lower, let upper):
            unsafe Self.forEach(values, count, lower.count) { value, index in
                value.isNaN ? value : min(max(value, lower[index]), upper[index])
            }
        case .scale(let factor, let offset):
            for index in 0..<count { unsafe values[index] = values[index] * factor + offset }
        case .normalise(let center, let factor):
            unsafe Self.forEach(values, count, center.count) { value, index in
                (value - center[index]) * factor[index]
            }
        case .resize, .grayscale, .invert, .rowMeans, .reverseColors, .channelsFirst:
            preconditionFailure("needs the image as a whole")
        }
    }

    /// Replaces each value, whose parameter's index repeats every `period` values.
    @inline(__always)
    private static func forEach(
        _ values: UnsafeMutablePointer<Float>, _ count: Int, _ period: Int, _ body: (Float, Int) -> Float
    ) {
        for start in stride(from: 0, to: count, by: period) {
            for index in 0..<period { unsafe values[start + index] = body(values[start + index], index) }
        }
    }
}
