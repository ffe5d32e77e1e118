import Tensors

extension Pooling {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard layout == .channelsLast else { throw .structure("Pooling is trained with channels last only") }
        let geometry = geometry(row: context.shape(ofInput: 0).dimensions)
        let (kernels, kind) = (context.kernels, kind)
        let (x, y) = (context.input(0), context.output())
        let inputSize = geometry.height * geometry.width * geometry.inChannels
        let outputSize = geometry.outHeight * geometry.outWidth * geometry.inChannels
        let axis = try context.axis(ofOutput: 0)
        guard axis.outer == 1 else { throw .unsupported("Pooling is trained with the batch first only") }
        context.addForward { operands in
            for row in axis.images(operands.rows, size: outputSize) {
                let (x, y) = unsafe (operands[x] + row * inputSize, operands[y] + row * outputSize)
                switch kind {
                case .maximum: unsafe kernels.maxPool(geometry, x: x, y: y)
                case .average(let counts): unsafe kernels.averagePool(geometry, countPadding: counts, x: x, y: y)
                }
            }
        }
        let gradient = PoolingGradient(window: geometry, kind: kind)
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let (x, y) = (context.input(0), context.output())
            context.add { operands in
                for row in axis.images(operands.rows, size: outputSize) {
                    let target = unsafe operands[dx] + row * inputSize
                    unsafe target.update(repeating: 0, count: inputSize)
                    unsafe gradient.add(
                        dy: operands[dy] + row * outputSize, x: operands[x] + row * inputSize,
                        y: operands[y] + row * outputSize, to: target)
                }
            }
        }
    }
}

/// The gradient of pooling of one image.
private struct PoolingGradient: Sendable {
    private let channels: Int
    private let kind: Pooling.Kind
    /// Elements that an average is taken of where padding counts.
    private let area: Int
    /// For each output pixel, the offsets of the pixels inside the image that it reads.
    private let taps: [[Int]]

    init(window: ConvolutionWindow, kind: Pooling.Kind) {
        (channels, self.kind, area) = (window.inChannels, kind, window.kernelHeight * window.kernelWidth)
        taps = (0..<window.outHeight * window.outWidth).map { pixel in
            Self.taps(window, pixel / window.outWidth, pixel % window.outWidth)
        }
    }

    /// Adds to dx [height, width, channels]. Of equal maxima the first takes the gradient.
    func add(
        dy: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>
    ) {
        for (pixel, taps) in taps.enumerated() {
            let dy = unsafe dy + pixel * channels
            switch kind {
            case .maximum: unsafe addToWinners(taps, dy: dy, x: x, y: y + pixel * channels, dx: dx)
            case .average(let countsPadding):
                let share = 1 / Float(countsPadding ? area : max(taps.count, 1))
                for tap in taps {
                    for channel in 0..<channels { unsafe dx[tap + channel] += dy[channel] * share }
                }
            }
        }
    }

    private func addToWinners(
        _ taps: [Int], dy: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
        dx: UnsafeMutablePointer<Float>
    ) {
        for channel in 0..<channels {
            for tap in taps where unsafe x[tap + channel] == y[channel] {
                unsafe dx[tap + channel] += dy[channel]
                break
            }
        }
    }

    private static func taps(_ window: ConvolutionWindow, _ row: Int, _ column: Int) -> [Int] {
        var result: [Int] = []
        for i in 0..<window.kernelHeight {
            let y = row * window.strideHeight + i * window.dilationHeight - window.padding.top
            guard y >= 0, y < window.height else { continue }
            for j in 0..<window.kernelWidth {
                let x = column * window.strideWidth + j * window.dilationWidth - window.padding.left
                guard x >= 0, x < window.width else { continue }
                result.append((y * window.width + x) * window.inChannels)
            }
        }
        return result
    }
}
