/// Which images are inverted, so that dark on light becomes light on dark.
package enum Inversion: String, Sendable, CaseIterable {
    case always
    /// Those whose border is light on the average, as that of a photographed page is.
    case auto

    /// The lightest value of a pixel.
    static let white: Float = 255

    /// Whether an image [height, width, channels] is inverted.
    func applies(to image: [Float], shape: [Int]) -> Bool {
        self == .always || Self.borderMean(image, shape: shape) > Self.white / 2
    }

    private static func borderMean(_ image: [Float], shape: [Int]) -> Float {
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        var sum: Float = 0
        var count: Float = 0
        for y in 0..<height {
            let isEdge = y == 0 || y == height - 1
            for x in stride(from: 0, to: width, by: isEdge ? 1 : max(1, width - 1)) {
                for channel in 0..<channels { sum += image[(y * width + x) * channels + channel] }
                count += Float(channels)
            }
        }
        return sum / count
    }
}
