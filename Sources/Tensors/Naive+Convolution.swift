extension Naive {
    /// Convolution of one image, clamp(x ∗ weights + bias); padding counts as zero.
    ///
    /// - Parameters:
    ///   - window: any kernel, stride, dilation and padding.
    ///   - x: [height, width, inChannels].
    ///   - weights: [outChannels, inChannels, kernelHeight, kernelWidth].
    ///   - bias: [outChannels]; none when nil.
    ///   - clamp: the range of the result.
    /// - Returns: [outHeight, outWidth, outChannels].
    package static func convolution(
        _ window: ConvolutionWindow, x: [Float], weights: [Float], bias: [Float]? = nil, clamp: Clamp = .none
    ) -> [Float] {
        let taps = window.kernelHeight * window.kernelWidth
        var y: [Float] = []
        for row in 0..<window.outHeight {
            for column in 0..<window.outWidth {
                let elements = insideElements(window, row: row, column: column)
                for output in 0..<window.outChannels {
                    var sum = 0.0
                    for element in elements {
                        for input in 0..<window.inChannels {
                            let weight = weights[(output * window.inChannels + input) * taps + element.tap]
                            sum += Double(x[element.pixel * window.inChannels + input]) * Double(weight)
                        }
                    }
                    y.append(clamp.apply(Float(sum + Double(bias?[output] ?? 0))))
                }
            }
        }
        return y
    }

    /// Depthwise convolution of one image, one filter a channel.
    ///
    /// - Parameters:
    ///   - window: with outChannels = inChannels.
    ///   - x: [height, width, channels].
    ///   - weights: [kernelHeight, kernelWidth, channels].
    ///   - bias: [channels]; none when nil.
    ///   - clamp: the range of the result.
    /// - Returns: [outHeight, outWidth, channels].
    package static func depthwise(
        _ window: ConvolutionWindow, x: [Float], weights: [Float], bias: [Float]? = nil, clamp: Clamp = .none
    ) -> [Float] {
        let channels = window.inChannels
        var y: [Float] = []
        for row in 0..<window.outHeight {
            for column in 0..<window.outWidth {
                let elements = insideElements(window, row: row, column: column)
                for channel in 0..<channels {
                    var sum = 0.0
                    for element in elements {
                        let weight = weights[element.tap * channels + channel]
                        sum += Double(x[element.pixel * channels + channel]) * Double(weight)
                    }
                    y.append(clamp.apply(Float(sum + Double(bias?[channel] ?? 0))))
                }
            }
        }
        return y
    }

    /// The elements of the window of output (`row`, `column`) that lie inside the image: the number of the tap in the
    /// window and of the pixel in the image, both row-major.
    static func insideElements(_ window: ConvolutionWindow, row: Int, column: Int) -> [(tap: Int, pixel: Int)] {
        var elements: [(tap: Int, pixel: Int)] = []
        for i in 0..<window.kernelHeight {
            for j in 0..<window.kernelWidth {
                let y = row * window.strideHeight - window.padding.top + i * window.dilationHeight
                let x = column * window.strideWidth - window.padding.left + j * window.dilationWidth
                guard y >= 0 && y < window.height && x >= 0 && x < window.width else { continue }
                elements.append((tap: i * window.kernelWidth + j, pixel: y * window.width + x))
            }
        }
        return elements
    }
}
