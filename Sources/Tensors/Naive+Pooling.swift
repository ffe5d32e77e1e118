extension Naive {
    /// Maximum over each window of one image; padding never wins, NaN does.
    ///
    /// - Parameters:
    ///   - window: with outChannels = inChannels.
    ///   - x: [height, width, channels].
    /// - Returns: [outHeight, outWidth, channels].
    package static func maxPool(_ window: ConvolutionWindow, x: [Float]) -> [Float] {
        pool(window, x: x) { values in values.contains(where: \.isNaN) ? .nan : values.max() ?? -.infinity }
    }

    /// Mean over each window of one image.
    ///
    /// - Parameters:
    ///   - window: with outChannels = inChannels.
    ///   - countPadding: whether to divide by the window's full size instead of its elements inside the image.
    ///   - x: [height, width, channels].
    /// - Returns: [outHeight, outWidth, channels].
    package static func averagePool(_ window: ConvolutionWindow, countPadding: Bool, x: [Float]) -> [Float] {
        let size = window.kernelHeight * window.kernelWidth
        return pool(window, x: x) { values in
            let sum = values.reduce(0.0) { $0 + Double($1) }
            return Float(sum / Double(countPadding ? size : max(values.count, 1)))
        }
    }

    private static func pool(_ window: ConvolutionWindow, x: [Float], reduce: ([Float]) -> Float) -> [Float] {
        var y: [Float] = []
        for row in 0..<window.outHeight {
            for column in 0..<window.outWidth {
                let elements = insideElements(window, row: row, column: column)
                for channel in 0..<window.inChannels {
                    y.append(reduce(elements.map { x[$0.pixel * window.inChannels + channel] }))
                }
            }
        }
        return y
    }
}
