/// Other sizes and colours of images [height, width, channels].
enum Resampling {
    /// What a pixel of the target takes from a row or column of the source.
    private struct Taps {
        let first: Int
        let weights: [Float]
    }

    /// An image of another size. Every pixel is the mean of the source weighted by a triangle around its centre, which is
    /// as wide as the pixel when the image gets smaller and one source pixel otherwise: bilinear with antialiasing, as
    /// Pillow's and PyTorch's. The same rows, then columns, for every channel.
    static func resize(_ image: [Float], shape: [Int], height: Int, width: Int) -> [Float] {
        let (sourceHeight, sourceWidth, channels) = (shape[0], shape[1], shape[2])
        guard sourceHeight != height || sourceWidth != width else { return image }
        let columns = taps(from: sourceWidth, to: width)
        var narrow = [Float](repeating: 0, count: sourceHeight * width * channels)
        for y in 0..<sourceHeight {
            for (x, column) in columns.enumerated() {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var source = (y * sourceWidth + column.first) * channels + channel
                    for weight in column.weights {
                        sum += weight * image[source]
                        source += channels
                    }
                    narrow[(y * width + x) * channels + channel] = sum
                }
            }
        }
        let stride = width * channels
        var result = [Float](repeating: 0, count: height * stride)
        for (y, row) in taps(from: sourceHeight, to: height).enumerated() {
            for (offset, weight) in row.weights.enumerated() {
                let source = (row.first + offset) * stride
                for x in 0..<stride { result[y * stride + x] += weight * narrow[source + x] }
            }
        }
        return result
    }

    /// One channel from three.
    static func grayscale(_ image: [Float]) -> [Float] {
        (0..<(image.count / 3)).map { 0.299 * image[3 * $0] + 0.587 * image[3 * $0 + 1] + 0.114 * image[3 * $0 + 2] }
    }

    private static func taps(from source: Int, to target: Int) -> [Taps] {
        let ratio = Float(source) / Float(target)
        let radius = max(ratio, 1)
        return (0..<target).map { index in
            let center = (Float(index) + 0.5) * ratio
            let first = max(Int((center - radius + 0.5).rounded(.down)), 0)
            let end = max(min(Int((center + radius + 0.5).rounded(.down)), source), first + 1)
            let weights = (first..<end).map { max(0, 1 - abs(Float($0) + 0.5 - center) / radius) }
            let sum = weights.reduce(0, +)
            return Taps(first: first, weights: sum > 0 ? weights.map { $0 / sum } : [1] + weights.dropFirst())
        }
    }
}
