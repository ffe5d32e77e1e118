import Glibc

/// The kernels of training in plain loops, in double precision where they sum.
extension Naive {
    /// C [m, n] = initial + Aᵀ · B with A [k, m] and B [k, n].
    package static func gemmRows(_ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, initial: [Float]) -> [Float] {
        var c = initial.map(Double.init)
        for term in 0..<k {
            for row in 0..<m {
                for column in 0..<n { c[row * n + column] += Double(a[term * m + row]) * Double(b[term * n + column]) }
            }
        }
        return c.map(Float.init)
    }

    /// The gradient of the weights of one image: [kernelHeight, kernelWidth, inChannels, outChannels].
    package static func convolutionWeightGradient(_ w: ConvolutionWindow, x: [Float], dy: [Float]) -> [Float] {
        var dw = [Double](repeating: 0, count: w.kernelHeight * w.kernelWidth * w.inChannels * w.outChannels)
        forEachTap(w) { tap, source, pixel in
            for input in 0..<w.inChannels {
                for output in 0..<w.outChannels {
                    dw[(tap * w.inChannels + input) * w.outChannels + output] +=
                        Double(x[source * w.inChannels + input]) * Double(dy[pixel * w.outChannels + output])
                }
            }
        }
        return dw.map(Float.init)
    }

    /// The gradient of one image [height, width, inChannels]; weights [outChannels, inChannels, kernelHeight,
    /// kernelWidth].
    package static func convolutionImageGradient(_ w: ConvolutionWindow, dy: [Float], weights: [Float]) -> [Float] {
        var dx = [Double](repeating: 0, count: w.height * w.width * w.inChannels)
        let taps = w.kernelHeight * w.kernelWidth
        forEachTap(w) { tap, source, pixel in
            for input in 0..<w.inChannels {
                for output in 0..<w.outChannels {
                    dx[source * w.inChannels + input] +=
                        Double(dy[pixel * w.outChannels + output])
                        * Double(weights[(output * w.inChannels + input) * taps + tap])
                }
            }
        }
        return dx.map(Float.init)
    }

    /// Calls `body` with each tap, the pixel of the image it reads and the pixel of the output it is read for.
    private static func forEachTap(_ w: ConvolutionWindow, _ body: (_ tap: Int, _ source: Int, _ pixel: Int) -> Void) {
        for row in 0..<w.outHeight {
            for column in 0..<w.outWidth {
                for tap in 0..<w.kernelHeight * w.kernelWidth {
                    let y = row * w.strideHeight + tap / w.kernelWidth * w.dilationHeight - w.padding.top
                    let x = column * w.strideWidth + tap % w.kernelWidth * w.dilationWidth - w.padding.left
                    guard y >= 0, y < w.height, x >= 0, x < w.width else { continue }
                    body(tap, y * w.width + x, row * w.outWidth + column)
                }
            }
        }
    }

    /// 2×2 max-pooling of stride 2 and which element won.
    package static func maxPoolCodes(
        height: Int, width: Int, channels: Int, x: [Float], clamp: Clamp
    ) -> (y: [Float], codes: [UInt8]) {
        var (y, codes): ([Float], [UInt8]) = ([], [])
        for row in 0..<height / 2 {
            for column in 0..<width / 2 {
                for channel in 0..<channels {
                    let four = (0..<4).map {
                        x[((2 * row + $0 / 2) * width + 2 * column + $0 % 2) * channels + channel]
                    }
                    let best = four.max() ?? 0
                    let winner = four.firstIndex(of: best) ?? 0
                    y.append(clamp.apply(best))
                    codes.append(best > clamp.low && best < clamp.high ? UInt8(winner) : 4)
                }
            }
        }
        return (y, codes)
    }

    /// The gradient of that pooling's input.
    package static func maxPoolGradient(
        height: Int, width: Int, channels: Int, dy: [Float], codes: [UInt8]
    ) -> [Float] {
        var dx = [Float](repeating: 0, count: height * width * channels)
        for row in 0..<height / 2 {
            for column in 0..<width / 2 {
                for channel in 0..<channels {
                    let at = (row * (width / 2) + column) * channels + channel
                    let code = Int(codes[at])
                    guard code < 4 else { continue }
                    dx[((2 * row + code / 2) * width + 2 * column + code % 2) * channels + channel] = dy[at]
                }
            }
        }
        return dx
    }

    /// One step of LSTM cells; z [rows, 4, hidden] in the order i, o, f, g.
    package static func lstmGates(
        rows: Int, hidden: Int, z: [Float], previousCell: [Float]
    ) -> (gates: [Float], cell: [Float], cellTanh: [Float], hidden: [Float]) {
        var (gates, cell, cellTanh, state) = (z, previousCell, previousCell, previousCell)
        for row in 0..<rows {
            for unit in 0..<hidden {
                let at = row * hidden + unit
                let sums = (0..<4).map { Double(z[(row * 4 + $0) * hidden + unit]) }
                let activations = sums[..<3].map { 1 / (1 + exp(-$0)) } + [tanh(sums[3])]
                for gate in 0..<4 { gates[(row * 4 + gate) * hidden + unit] = Float(activations[gate]) }
                let new = activations[2] * Double(previousCell[at]) + activations[0] * activations[3]
                (cell[at], cellTanh[at], state[at]) = (Float(new), Float(tanh(new)), Float(activations[1] * tanh(new)))
            }
        }
        return (gates, cell, cellTanh, state)
    }

    /// The gradient of that step.
    package static func lstmGatesGradient(
        rows: Int, hidden: Int, gates: [Float], previousCell: [Float], cellTanh: [Float], hiddenGradient: [Float],
        cellGradient: [Float]
    ) -> (sums: [Float], previousCell: [Float]) {
        var (sums, previous) = (gates, previousCell)
        for row in 0..<rows {
            for unit in 0..<hidden {
                let at = row * hidden + unit
                let g = (0..<4).map { Double(gates[(row * 4 + $0) * hidden + unit]) }
                let (dh, tc, c) = (Double(hiddenGradient[at]), Double(cellTanh[at]), Double(previousCell[at]))
                let dc = Double(cellGradient[at]) + dh * g[1] * (1 - tc * tc)
                let parts = [
                    dc * g[3] * g[0] * (1 - g[0]), dh * tc * g[1] * (1 - g[1]), dc * c * g[2] * (1 - g[2]),
                    dc * g[0] * (1 - g[3] * g[3]),
                ]
                for gate in 0..<4 { sums[(row * 4 + gate) * hidden + unit] = Float(parts[gate]) }
                previous[at] = Float(dc * g[2])
            }
        }
        return (sums, previous)
    }
}
