import Glibc
import Tensors

extension BatchNormalization {
    /// Normalises with the batch's own mean and variance (Ioffe & Szegedy 2015) and moves the running statistics; with
    /// frozen scale and shift it uses the running ones, as in serving.
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        let axis = try context.axis(ofOutput: 0)
        let channelAxis = layout.channelAxis(rank: shape.rank)
        guard axis.outer == 1, channelAxis > 0 else {
            throw .unsupported("BatchNormalization is trained with the batch as its first dimension")
        }
        let steps = BatchNormalizationTraining(
            self, channels: shape[channelAxis], inner: shape.dimensions[(channelAxis + 1)...].reduce(1, *), axis: axis,
            context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}

/// The steps of batch normalisation in training. Sums over rows are gathered by each thread in double precision and
/// then added up in the threads' order.
private struct BatchNormalizationTraining: Sendable {
    let epsilon, momentum: Float
    let channels: Int
    /// Neighbouring elements of one channel: 1 with the channels last.
    let inner: Int
    let axis: BatchAxis
    let x, y, scale, shift, runningMean, runningVariance: TrainingBuffer
    /// [2, channels]: the mean that was used and 1 / √(variance + ε).
    let statistics: TrainingBuffer
    /// [threads, 2, channels] doubles.
    let partials: TrainingBuffer
    let usesBatch: Bool

    init(_ op: BatchNormalization, channels: Int, inner: Int, axis: BatchAxis, context: TrainingContext) {
        (epsilon, momentum) = (op.epsilon, op.momentum)
        (self.channels, self.inner) = (channels, inner)
        self.axis = axis
        (x, y) = (context.input(0), context.output())
        (scale, shift) = (context.input(1), context.input(2))
        (runningMean, runningVariance) = (context.input(3), context.input(4))
        statistics = context.saved(floats: 2 * channels)
        partials = context.saved(floats: context.threads * 4 * channels)
        usesBatch = op.learnsNothing || (1...2).contains { context.builder.needsGradient(context.inputID($0)) }
    }

    /// Calls `body` with the channel, the offset and the length of each run of one channel in some rows.
    @inline(__always)
    private func forEachRun(_ rows: Range<Int>, _ body: (_ channel: Int, _ offset: Int) -> Void) {
        var offset = rows.lowerBound * axis.inner
        while offset < rows.upperBound * axis.inner {
            for channel in 0..<channels {
                body(channel, offset)
                offset += inner
            }
        }
    }

    private func sums(_ operands: TrainingOperands, _ thread: Int) -> UnsafeMutablePointer<Double> {
        unsafe UnsafeMutableRawPointer(operands[partials] + thread * 4 * channels)
            .assumingMemoryBound(to: Double.self)
    }

    /// Elements of one channel in the batch.
    private func count(_ operands: TrainingOperands) -> Double { Double(operands.batch * axis.inner / channels) }

    /// The sum of entry `index` of all threads that had rows.
    private func total(_ operands: TrainingOperands, _ index: Int) -> Double {
        (0..<min(operands.threads, operands.batch)).reduce(0) { sum, thread in
            unsafe sum + sums(operands, activeThread(operands, thread))[index]
        }
    }

    /// The thread that took part `index` of the parts that are not empty.
    private func activeThread(_ operands: TrainingOperands, _ index: Int) -> Int {
        let busy = (0..<operands.threads).filter {
            operands.batch * $0 / operands.threads < operands.batch * ($0 + 1) / operands.threads
        }
        return busy[index]
    }

    func addForward(_ context: TrainingContext) {
        if usesBatch {
            context.addForward { operands in
                guard operands.isTraining else { return }
                let sums = unsafe sums(operands, operands.thread)
                unsafe sums.update(repeating: 0, count: 2 * channels)
                let x = unsafe operands[x]
                forEachRun(operands.rows) { channel, offset in
                    for index in 0..<inner { unsafe sums[channel] += Double(x[offset + index]) }
                }
            }
            context.addForwardOnce { operands in
                guard operands.isTraining else { return }
                for channel in 0..<channels {
                    unsafe operands[statistics][channel] = Float(total(operands, channel) / count(operands))
                }
            }
            context.addForward { operands in
                guard operands.isTraining else { return }
                let (sums, x, mean) = unsafe (sums(operands, operands.thread), operands[x], operands[statistics])
                forEachRun(operands.rows) { channel, offset in
                    for index in 0..<inner {
                        let deviation = unsafe Double(x[offset + index] - mean[channel])
                        unsafe sums[channels + channel] += deviation * deviation
                    }
                }
            }
        }
        context.addForwardOnce { operands in finishStatistics(operands) }
        context.addForward { operands in
            let (x, y, statistics) = unsafe (operands[x], operands[y], operands[statistics])
            let (scale, shift) = unsafe (operands[scale], operands[shift])
            forEachRun(operands.rows) { channel, offset in
                let factor = unsafe scale[channel] * statistics[channels + channel]
                let addend = unsafe shift[channel] - statistics[channel] * factor
                for index in 0..<inner { unsafe y[offset + index] = x[offset + index] * factor + addend }
            }
        }
    }

    /// Mean and 1 / √(variance + ε) of the batch, or the running ones.
    private func finishStatistics(_ operands: TrainingOperands) {
        let (statistics, mean, variance) = unsafe (
            operands[statistics], operands[runningMean], operands[runningVariance]
        )
        for channel in 0..<channels {
            guard operands.isTraining, usesBatch else {
                unsafe statistics[channel] = mean[channel]
                unsafe statistics[channels + channel] = 1 / (variance[channel] + epsilon).squareRoot()
                continue
            }
            let own = total(operands, channels + channel) / count(operands)
            unsafe statistics[channels + channel] = Float(1 / (own + Double(epsilon)).squareRoot())
            unsafe mean[channel] = momentum * mean[channel] + (1 - momentum) * statistics[channel]
            unsafe variance[channel] = momentum * variance[channel] + (1 - momentum) * Float(own)
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        let x = context.input(0)
        let scale = context.input(1)
        let (statistics, partials) = (context.keep(statistics), context.keep(partials))
        _ = partials
        if usesBatch {
            let (dScale, dShift) = (context.gradient(ofParameter: 1), context.gradient(ofParameter: 2))
            context.add { operands in
                let (sums, x, dy) = unsafe (sums(operands, operands.thread), operands[x], operands[dy])
                let statistics = unsafe operands[statistics]
                unsafe sums.update(repeating: 0, count: 2 * channels)
                forEachRun(operands.rows) { channel, offset in
                    for index in 0..<inner {
                        let normal = unsafe (x[offset + index] - statistics[channel]) * statistics[channels + channel]
                        unsafe sums[channel] += Double(dy[offset + index])
                        unsafe sums[channels + channel] += Double(dy[offset + index] * normal)
                    }
                }
            }
            context.addOnce { operands in
                let sums = unsafe sums(operands, activeThread(operands, 0))
                for index in 0..<2 * channels { unsafe sums[index] = total(operands, index) }
                for channel in 0..<channels {
                    if let dShift { unsafe operands[dShift][channel] += Float(sums[channel]) }
                    if let dScale { unsafe operands[dScale][channel] += Float(sums[channels + channel]) }
                }
            }
        }
        guard let dx = context.gradient(ofInput: 0) else { return }
        context.add { operands in
            let sums = unsafe sums(operands, activeThread(operands, 0))
            let (x, dy, dx) = unsafe (operands[x], operands[dy], operands[dx])
            let (scale, statistics, count) = unsafe (operands[scale], operands[statistics], count(operands))
            forEachRun(operands.rows) { channel, offset in
                let factor = unsafe scale[channel] * statistics[channels + channel]
                let meanShift = unsafe usesBatch ? Float(sums[channel] / count) : 0
                let meanScale = unsafe usesBatch ? Float(sums[channels + channel] / count) : 0
                for index in 0..<inner {
                    let normal = unsafe (x[offset + index] - statistics[channel]) * statistics[channels + channel]
                    unsafe dx[offset + index] = factor * (dy[offset + index] - meanShift - normal * meanScale)
                }
            }
        }
    }
}
