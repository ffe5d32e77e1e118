import Tensors

extension ConvolutionTraining {
    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        let steps = Backward(
            forward: self, dy: dy, y: context.output(), codes: codes.map { context.keep($0) }, x: context.input(0),
            dx: context.gradient(ofInput: 0), dw: context.gradient(ofParameter: 1),
            db: hasBias ? context.gradient(ofParameter: 2) : nil, context: context)
        steps.add(context)
    }

    /// The backward steps of a convolution and their memory.
    private struct Backward: Sendable {
        let forward: ConvolutionTraining
        let dy, y, x: TrainingBuffer
        let codes, dx, dw, db: TrainingBuffer?
        /// The gradient of the sums of an image.
        let sums: TrainingBuffer
        /// The turned weights.
        let packed: TrainingBuffer?
        let method: ConvolutionMethod
        /// The image's gradient as far as outputs read the image.
        let covered: TrainingBuffer
        /// The image with its padding, or a group's share of it; the gradient of weights as [taps, in, out].
        let image, weightSums, groupSums, workspace: TrainingBuffer

        init(
            forward: ConvolutionTraining, dy: TrainingBuffer, y: TrainingBuffer, codes: TrainingBuffer?,
            x: TrainingBuffer, dx: TrainingBuffer?, dw: TrainingBuffer?, db: TrainingBuffer?, context: BackwardContext
        ) {
            (self.forward, self.dy, self.y, self.codes, self.x) = (forward, dy, y, codes, x)
            (self.dx, self.dw, self.db) = (dx, dw, db)
            let (kernels, group) = (forward.kernels, forward.computed.group(of: forward.groups))
            sums = context.scratch(floats: forward.sumSize)
            image = context.scratch(
                floats: forward.padded.height * forward.padded.width * forward.padded.inChannels + 16)
            weightSums = context.scratch(
                floats: group.kernelHeight * group.kernelWidth * group.inChannels * group.outChannels)
            groupSums = context.scratch(floats: group.outHeight * group.outWidth * group.outChannels)
            method = ConvolutionMethod(forward.imageGradientWindow, kernels: kernels)
            let isTurned = dx != nil && forward.usesTurnedWeights
            packed = isTurned ? context.builder.prepared(floats: method.packedSize + forward.weightCount) : nil
            covered = context.scratch(
                floats: isTurned ? method.window.outHeight * method.window.outWidth * forward.computed.inChannels : 0)
            workspace = context.scratch(
                floats: max(
                    kernels.gradientWorkspace(n: group.outChannels, k: group.outHeight * group.outWidth),
                    isTurned ? method.workspaceSize : 0))
        }

        func add(_ context: BackwardContext) {
            let weight = context.input(1)
            if let packed {
                let (forward, method) = (forward, method)
                context.builder.preparations.append(
                    TrainingStep(name: "WeightedConvolution", kind: .once) { operands in
                        let turned = unsafe operands[packed] + method.packedSize
                        unsafe forward.turn(operands[weight], into: turned)
                        unsafe method.pack(turned, into: operands[packed])
                    })
            }
            context.add { operands in
                let floats = forward.weightCount
                if dw != nil { unsafe operands[weightSums].update(repeating: 0, count: floats / forward.groups) }
                for row in forward.axis.images(operands.rows, size: forward.outputSize) {
                    backward(operands, row: row, weight: weight)
                }
                if forward.groups == 1, let dw {
                    unsafe forward.addWeightGradient(operands[weightSums], to: operands[dw], group: 0)
                }
            }
        }

        private func backward(_ operands: TrainingOperands, row: Int, weight: TrainingBuffer) {
            let gradient = unsafe gradientOfSums(operands, row: row)
            let kernels = forward.kernels
            let pixels = forward.computed.outHeight * forward.computed.outWidth
            let channels = forward.computed.outChannels
            if let db {
                unsafe kernels.sumRows(gradient, rows: pixels, columns: channels, ldx: channels, into: operands[db])
            }
            if dw != nil { unsafe addWeights(operands, row: row, gradient) }
            guard let dx else { return }
            let target = unsafe operands[dx] + row * forward.inputSize
            if let packed {
                let isWhole =
                    method.window.outHeight == forward.geometry.height
                    && method.window.outWidth == forward.geometry.width
                let result = unsafe isWhole ? target : operands[covered]
                unsafe method.run(
                    x: gradient, packed: operands[packed], bias: nil, clamp: .none, y: result,
                    workspace: operands[workspace])
                if !isWhole { unsafe forward.spread(result, covered: method.window, into: target) }
            } else {
                unsafe forward.scatterImageGradient(gradient, weights: operands[weight], into: target)
            }
        }

        /// The gradient of an image's sums, before clamp and pooling.
        private func gradientOfSums(_ operands: TrainingOperands, row: Int) -> UnsafePointer<Float> {
            let source = unsafe operands[dy] + row * forward.outputSize
            let window = forward.computed
            if forward.isPooled, let codes {
                let floats = (forward.outputSize + 3) / 4
                unsafe forward.kernels.maxPoolGradient(
                    height: window.outHeight, width: window.outWidth, channels: window.outChannels, dy: source,
                    codes: UnsafeRawPointer(operands[codes] + row * floats).assumingMemoryBound(to: UInt8.self),
                    dx: operands[sums])
                return unsafe UnsafePointer(operands[sums])
            }
            guard forward.clamp != .none else { return unsafe UnsafePointer(source) }
            unsafe forward.kernels.clampGradient(
                y: operands[y] + row * forward.outputSize, dy: source, to: forward.clamp, into: operands[sums],
                count: forward.sumSize)
            return unsafe UnsafePointer(operands[sums])
        }

        private func addWeights(_ operands: TrainingOperands, row: Int, _ gradient: UnsafePointer<Float>) {
            let source = unsafe UnsafePointer(operands[x] + row * forward.inputSize)
            let group = forward.computed.group(of: forward.groups)
            for index in 0..<forward.groups {
                let input = unsafe forward.paddedImage(source, group: index, scratch: operands[image])
                var dy = unsafe gradient
                if forward.groups > 1 {
                    unsafe ChannelCopy.gather(
                        gradient, pixels: group.outHeight * group.outWidth, channels: forward.computed.outChannels,
                        first: index * group.outChannels, count: group.outChannels, into: operands[groupSums])
                    unsafe dy = UnsafePointer(operands[groupSums])
                    unsafe operands[weightSums].update(repeating: 0, count: forward.weightCount / forward.groups)
                }
                unsafe forward.kernels.convolutionWeightGradient(
                    forward.padded, x: input, dy: dy, dw: operands[weightSums], workspace: operands[workspace])
                if forward.groups > 1, let dw {
                    unsafe forward.addWeightGradient(operands[weightSums], to: operands[dw], group: index)
                }
            }
        }
    }

    /// Numbers of all weights.
    var weightCount: Int {
        geometry.kernelHeight * geometry.kernelWidth * geometry.inChannels / groups * geometry.outChannels
    }

    /// Whether the image's gradient is a convolution with the turned weights.
    var usesTurnedWeights: Bool {
        groups == 1 && computed.strideHeight == 1 && computed.strideWidth == 1
            && imageGradientPadding.allSatisfy { $0 >= 0 }
    }

    /// Top, left: the reach of the kernel less the forward padding.
    private var imageGradientPadding: [Int] {
        [
            computed.dilationHeight * (computed.kernelHeight - 1) - computed.padding.top,
            computed.dilationWidth * (computed.kernelWidth - 1) - computed.padding.left,
        ]
    }

    /// The window over the output's gradient that gives the image's gradient, as far as outputs read the image.
    var imageGradientWindow: ConvolutionWindow {
        let padding = imageGradientPadding
        let reach = (
            computed.dilationHeight * (computed.kernelHeight - 1), computed.dilationWidth * (computed.kernelWidth - 1)
        )
        let height = min(computed.height, computed.outHeight + reach.0 - computed.padding.top)
        let width = min(computed.width, computed.outWidth + reach.1 - computed.padding.left)
        return ConvolutionWindow(
            image: (computed.outHeight, computed.outWidth, computed.outChannels), outChannels: computed.inChannels,
            kernel: (computed.kernelHeight, computed.kernelWidth),
            dilation: (computed.dilationHeight, computed.dilationWidth),
            padding: .init(
                top: max(0, padding[0]), left: max(0, padding[1]),
                bottom: max(0, height + reach.0 - computed.outHeight - padding[0]),
                right: max(0, width + reach.1 - computed.outWidth - padding[1])),
            output: (max(0, height), max(0, width)))
    }

    /// turned[in, out, taps] = weights[out, in, taps] with the taps in reverse order.
    fileprivate func turn(_ weights: UnsafePointer<Float>, into turned: UnsafeMutablePointer<Float>) {
        let taps = geometry.kernelHeight * geometry.kernelWidth
        let (inputs, outputs) = (geometry.inChannels, geometry.outChannels)
        for input in 0..<inputs {
            for output in 0..<outputs {
                let source = unsafe weights + (output * inputs + input) * taps
                let target = unsafe turned + (input * outputs + output) * taps
                for tap in 0..<taps { unsafe target[tap] = source[taps - 1 - tap] }
            }
        }
    }

    /// Copies the covered part of an image's gradient into the whole; what no output reads has none.
    fileprivate func spread(
        _ part: UnsafePointer<Float>, covered: ConvolutionWindow, into image: UnsafeMutablePointer<Float>
    ) {
        let (row, own) = (geometry.width * geometry.inChannels, covered.outWidth * geometry.inChannels)
        for index in 0..<geometry.height {
            let target = unsafe image + index * row
            if index < covered.outHeight {
                unsafe target.update(from: part + index * own, count: own)
                unsafe (target + own).update(repeating: 0, count: row - own)
            } else {
                unsafe target.update(repeating: 0, count: row)
            }
        }
    }

    /// One group's channels of an image with its padding; the image itself where that is the same.
    fileprivate func paddedImage(
        _ image: UnsafePointer<Float>, group: Int, scratch: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        let (channels, own) = (geometry.inChannels, padded.inChannels)
        if groups == 1, padded.height == geometry.height, padded.width == geometry.width { return unsafe image }
        unsafe scratch.update(repeating: 0, count: padded.height * padded.width * own)
        let (top, left) = (computed.padding.top, computed.padding.left)
        let rows = min(geometry.height, padded.height - top)
        let columns = min(geometry.width, padded.width - left)
        for row in 0..<max(rows, 0) {
            unsafe ChannelCopy.gather(
                image + row * geometry.width * channels, pixels: max(columns, 0), channels: channels,
                first: group * own, count: own, into: scratch + ((row + top) * padded.width + left) * own)
        }
        return unsafe UnsafePointer(scratch)
    }

    /// dw[out, in, taps] += sums[taps, in, out] of one group.
    fileprivate func addWeightGradient(
        _ sums: UnsafePointer<Float>, to dw: UnsafeMutablePointer<Float>, group: Int
    ) {
        let taps = geometry.kernelHeight * geometry.kernelWidth
        let (inputs, outputs) = (geometry.inChannels / groups, geometry.outChannels / groups)
        let target = unsafe dw + group * outputs * inputs * taps
        for output in 0..<outputs {
            for input in 0..<inputs {
                for tap in 0..<taps {
                    unsafe target[(output * inputs + input) * taps + tap] +=
                        sums[(tap * inputs + input) * outputs + output]
                }
            }
        }
    }

    /// The image's gradient for strides and groups: each output pixel adds to the pixels it was computed from.
    fileprivate func scatterImageGradient(
        _ gradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
    ) {
        let w = computed
        let (inputs, outputs, taps) = (w.inChannels / groups, w.outChannels / groups, w.kernelHeight * w.kernelWidth)
        unsafe dx.update(repeating: 0, count: inputSize)
        for row in 0..<w.outHeight {
            for column in 0..<w.outWidth {
                let dy = unsafe gradient + (row * w.outWidth + column) * w.outChannels
                for tap in 0..<taps {
                    let y = row * w.strideHeight + tap / w.kernelWidth * w.dilationHeight - w.padding.top
                    let x = column * w.strideWidth + tap % w.kernelWidth * w.dilationWidth - w.padding.left
                    guard y >= 0, y < w.height, x >= 0, x < w.width else { continue }
                    let pixel = unsafe dx + (y * w.width + x) * w.inChannels
                    for output in 0..<w.outChannels {
                        let first = output / outputs * inputs
                        let (factor, row) = unsafe (dy[output], weights + output * inputs * taps + tap)
                        for input in 0..<inputs { unsafe pixel[first + input] += factor * row[input * taps] }
                    }
                }
            }
        }
    }
}

extension ConvolutionWindow {
    /// The same window with fewer outputs.
    func with(output: (height: Int, width: Int)) -> ConvolutionWindow {
        ConvolutionWindow(
            image: (height, width, inChannels), outChannels: outChannels, kernel: (kernelHeight, kernelWidth),
            stride: (strideHeight, strideWidth), dilation: (dilationHeight, dilationWidth), padding: padding,
            output: output)
    }

    /// One group's share of the channels.
    func group(of groups: Int) -> ConvolutionWindow {
        groups == 1
            ? self
            : ConvolutionWindow(
                image: (height, width, inChannels / groups), outChannels: outChannels / groups,
                kernel: (kernelHeight, kernelWidth), stride: (strideHeight, strideWidth),
                dilation: (dilationHeight, dilationWidth), padding: padding, output: (outHeight, outWidth))
    }

    /// The window over the image with its padding, as far as outputs read it.
    func withPaddingInside(channels: Int, outChannels: Int) -> ConvolutionWindow {
        let reachHeight = (outHeight - 1) * strideHeight + dilationHeight * (kernelHeight - 1) + 1
        let reachWidth = (outWidth - 1) * strideWidth + dilationWidth * (kernelWidth - 1) + 1
        let isPadded = padding.top > 0 || padding.left > 0 || reachHeight > height || reachWidth > width
        return ConvolutionWindow(
            image: isPadded
                ? (max(reachHeight, padding.top + height), max(reachWidth, padding.left + width), channels)
                : (height, width, channels), outChannels: outChannels, kernel: (kernelHeight, kernelWidth),
            stride: (strideHeight, strideWidth), dilation: (dilationHeight, dilationWidth),
            output: (outHeight, outWidth))
    }
}
