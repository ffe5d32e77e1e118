/// Other sizes and colours of images [height, width, channels].
enum Resampling {
    /// What a pixel of the target takes from a row or a column of the source.
    private struct Taps {
        let first: Int
        let weights: [Float]
    }

    /// An image of another size, from elements of any type. Every pixel is the mean of the source weighted by a
    /// triangle around its centre, which is as wide as the pixel when the image gets smaller and one source pixel
    /// otherwise: bilinear with antialiasing, as Pillow's and PyTorch's.
    static func resize<Element>(
        _ image: [Element], shape: [Int], height: Int, width: Int, number: (Element) -> Float
    ) -> [Float] {
        let (sourceHeight, sourceWidth, channels) = (shape[0], shape[1], shape[2])
        guard sourceHeight != height || sourceWidth != width else { return image.map(number) }
        let columns = taps(from: sourceWidth, to: width)
        let rows = taps(from: sourceHeight, to: height)
        // In the order that needs less memory in between.
        if sourceHeight * width <= height * sourceWidth {
            let narrow = resizeColumns(image, height: sourceHeight, width: sourceWidth, channels, columns, number)
            return resizeRows(narrow, stride: width * channels, rows) { $0 }
        }
        let low = resizeRows(image, stride: sourceWidth * channels, rows, number)
        return resizeColumns(low, height: height, width: sourceWidth, channels, columns) { $0 }
    }

    /// One channel from three (ITU-R BT.601 luma).
    static func grayscale(_ image: [Float]) -> [Float] {
        (0..<(image.count / 3)).map { 0.299 * image[3 * $0] + 0.587 * image[3 * $0 + 1] + 0.114 * image[3 * $0 + 2] }
    }

    /// The mean of each row of pixels [height, 1, channels].
    static func rowMeans(_ image: [Float], shape: [Int]) -> [Float] {
        let (width, channels) = (shape[1], shape[2])
        return (0..<(shape[0] * channels)).map { place in
            let start = place / channels * width * channels + place % channels
            let sum = (0..<width).reduce(Float(0)) { $0 + image[start + $1 * channels] }
            return sum / Float(width)
        }
    }

    /// The channels of each pixel in the opposite order.
    static func reversingColors(_ image: [Float], channels: Int) -> [Float] {
        image.indices.map { image[$0 / channels * channels + channels - 1 - $0 % channels] }
    }

    /// One channel after another.
    static func channelsFirst(_ image: [Float], channels: Int) -> [Float] {
        let pixels = image.count / channels
        return image.indices.map { image[$0 % pixels * channels + $0 / pixels] }
    }

    private static func resizeColumns<Element>(
        _ image: [Element], height: Int, width: Int, _ channels: Int, _ columns: [Taps], _ number: (Element) -> Float
    ) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(height * columns.count * channels)
        for y in 0..<height {
            for column in columns {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var source = (y * width + column.first) * channels + channel
                    for weight in column.weights {
                        sum += weight * number(image[source])
                        source += channels
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    /// `stride` is the count of elements of a row.
    private static func resizeRows<Element>(
        _ image: [Element], stride: Int, _ rows: [Taps], _ number: (Element) -> Float
    ) -> [Float] {
        var result = [Float](repeating: 0, count: rows.count * stride)
        for (y, row) in rows.enumerated() {
            for (offset, weight) in row.weights.enumerated() {
                let source = (row.first + offset) * stride
                for x in 0..<stride { result[y * stride + x] += weight * number(image[source + x]) }
            }
        }
        return result
    }

    private static func taps(from source: Int, to target: Int) -> [Taps] {
        let ratio = Float(source) / Float(target)
        let radius = max(ratio, 1)
        return (0..<target).map { index in
            let center = (Float(index) + 0.5) * ratio
            let first = min(max(Int((center - radius + 0.5).rounded(.down)), 0), source - 1)
            let end = max(min(Int((center + radius + 0.5).rounded(.down)), source), first + 1)
            let weights = (first..<end).map { max(0, 1 - abs(Float($0) + 0.5 - center) / radius) }
            let sum = weights.reduce(0, +)
            return Taps(first: first, weights: sum > 0 ? weights.map { $0 / sum } : [1] + weights.dropFirst())
        }
    }
}
