/// How an image of dark on light becomes one of light on dark.
package enum Inversion: String, Sendable, CaseIterable {
    /// 255 − x.
    case always
    /// Paper − x, and at least 0, where the border is light on the average, as that of a photographed page is: the
    /// average is what counts as paper. Other images stay as they are.
    case auto

    /// The lightest value of a pixel.
    private static let white: Float = 255

    /// The image [height, width, channels] inverted, or as it is.
    func apply(_ image: [Float], shape: [Int]) -> [Float] {
        guard self == .auto else { return image.map { Self.white - $0 } }
        let paper = Self.borderMean(image, shape: shape)
        return paper > Self.white / 2 ? image.map { max(0, paper - $0) } : image
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
