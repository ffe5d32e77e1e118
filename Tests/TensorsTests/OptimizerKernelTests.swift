import Tensors
import Testing

/// One optimizer kernel beside its naive twin, on parameters and slots alike.
struct OptimizerCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let slots: Int
    /// Buffers: parameters, then slots.
    let kernel: @Sendable (Kernels, [UnsafeMutablePointer<Float>], UnsafePointer<Float>, Int) -> Void
    let naive: @Sendable (inout [[Float]], [Float]) -> Void

    static let adjustments = [
        GradientAdjustment(), GradientAdjustment(scale: 0.3, limit: 0.1),
        GradientAdjustment(decay: 0.05), GradientAdjustment(limit: 0.5, shrink: 0.99),
    ]

    static let all: [OptimizerCase] = adjustments.flatMap { adjustment in
        [
            sgd(SGDStep(rate: 0.1), adjustment), sgd(SGDStep(rate: 0.1, momentum: 0.9, feed: 0.8), adjustment),
            sgd(SGDStep(rate: 0.1, momentum: 0.9, isNesterov: true), adjustment), adam(adjustment),
            rmsprop(isCentered: false, momentum: 0, isInside: false, adjustment),
            rmsprop(isCentered: false, momentum: 0.9, isInside: true, adjustment),
            rmsprop(isCentered: true, momentum: 0.9, isInside: false, adjustment),
            adagrad(isInside: false, adjustment), adagrad(isInside: true, adjustment),
        ]
    }

    static func sgd(_ step: SGDStep, _ adjustment: GradientAdjustment) -> OptimizerCase {
        let slots = step.momentum == 0 ? 0 : 1
        return OptimizerCase(testDescription: "\(step) \(adjustment)", slots: slots) { kernels, buffers, g, count in
            kernels.sgd(
                parameters: buffers[0], velocity: slots == 0 ? nil : buffers[1], gradients: g, count: count,
                adjustment: adjustment, step: step)
        } naive: { buffers, g in
            var velocity = slots == 0 ? [] : buffers[1]
            Naive.sgd(parameters: &buffers[0], velocity: &velocity, gradients: g, adjustment: adjustment, step: step)
            if slots == 1 { buffers[1] = velocity }
        }
    }

    static func adam(_ adjustment: GradientAdjustment) -> OptimizerCase {
        let step = AdamStep(rate: 0.01, beta1: 0.9, beta2: 0.999, root: 3, epsilon: 1e-8)
        return OptimizerCase(testDescription: "\(step) \(adjustment)", slots: 2) { kernels, buffers, g, count in
            kernels.adam(
                parameters: buffers[0], firstMoment: buffers[1], secondMoment: buffers[2], gradients: g, count: count,
                adjustment: adjustment, step: step)
        } naive: { buffers, g in
            var (first, second) = (buffers[1], buffers[2])
            Naive.adam(
                parameters: &buffers[0], firstMoment: &first, secondMoment: &second, gradients: g,
                adjustment: adjustment, step: step)
            (buffers[1], buffers[2]) = (first, second)
        }
    }

    static func rmsprop(
        isCentered: Bool, momentum: Float, isInside: Bool, _ adjustment: GradientAdjustment
    ) -> OptimizerCase {
        let step = RMSpropStep(
            smoothing: 0.9, epsilon: 1e-3, isEpsilonInside: isInside, momentum: momentum, inner: 0.7, outer: 0.01)
        let (mean, buffer) = (isCentered ? 2 : nil, momentum == 0 ? nil : isCentered ? 3 : 2)
        let slots = 1 + (isCentered ? 1 : 0) + (momentum == 0 ? 0 : 1)
        return OptimizerCase(testDescription: "\(step) \(adjustment)", slots: slots) { kernels, buffers, g, count in
            kernels.rmsprop(
                parameters: buffers[0], squares: buffers[1], mean: mean.map { buffers[$0] },
                buffer: buffer.map { buffers[$0] }, gradients: g, count: count, adjustment: adjustment, step: step)
        } naive: { buffers, g in
            var (squares, means) = (buffers[1], mean.map { buffers[$0] } ?? [])
            var velocity = buffer.map { buffers[$0] } ?? []
            Naive.rmsprop(
                parameters: &buffers[0], squares: &squares, mean: &means, buffer: &velocity, gradients: g,
                adjustment: adjustment, step: step)
            buffers[1] = squares
            if let mean { buffers[mean] = means }
            if let buffer { buffers[buffer] = velocity }
        }
    }

    static func adagrad(isInside: Bool, _ adjustment: GradientAdjustment) -> OptimizerCase {
        let step = AdagradStep(rate: 0.01, epsilon: 1e-3, isEpsilonInside: isInside)
        return OptimizerCase(testDescription: "\(step) \(adjustment)", slots: 1) { kernels, buffers, g, count in
            kernels.adagrad(
                parameters: buffers[0], squares: buffers[1], gradients: g, count: count, adjustment: adjustment,
                step: step)
        } naive: { buffers, g in
            var squares = buffers[1]
            Naive.adagrad(
                parameters: &buffers[0], squares: &squares, gradients: g, adjustment: adjustment, step: step)
            buffers[1] = squares
        }
    }
}

struct OptimizerKernelTests {
    /// Parameters of both signs; slots are not negative, as squares are.
    static func buffers(_ count: Int, slots: Int) -> [[Float]] {
        [randomFloats(count, seed: 21)] + (0..<slots).map { randomFloats(count, seed: 22 + UInt64($0)).map(abs) }
    }

    @Test(arguments: Kernels.available, OptimizerCase.all)
    func stepsMatchNaiveAndStayInTheirBuffers(kernels: Kernels, step: OptimizerCase) {
        for count in [0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 100] {
            let gradients = randomFloats(count, seed: 20)
            var expected = Self.buffers(count, slots: step.slots)
            step.naive(&expected, gradients)
            let edges = Self.buffers(count, slots: step.slots).map(EdgeBuffer.init)
            let input = EdgeBuffer(gradients)
            withExtendedLifetime(input) { step.kernel(kernels, edges.map(\.pointer), input.pointer, count) }
            for (edge, values) in zip(edges, expected) {
                #expect(mismatch(edge.values, values, tolerance: 1e-6) == nil)
            }
        }
    }

    @Test(arguments: Kernels.available, OptimizerCase.all)
    func anySplitGivesTheSameBits(kernels: Kernels, step: OptimizerCase) {
        let gradients = randomFloats(67, seed: 20)
        let whole = Self.buffers(67, slots: step.slots).map(EdgeBuffer.init)
        step.kernel(kernels, whole.map(\.pointer), gradients, 67)
        for cut in 0...67 {
            let parts = Self.buffers(67, slots: step.slots).map(EdgeBuffer.init)
            step.kernel(kernels, parts.map(\.pointer), gradients, cut)
            step.kernel(kernels, parts.map { $0.pointer + cut }, Array(gradients[cut...]), 67 - cut)
            for (part, all) in zip(parts, whole) {
                #expect(bits(part.values) == bits(all.values))
            }
        }
    }

    @Test(arguments: Kernels.available, OptimizerCase.all)
    func paddingOfZerosStaysZeroAndNaNIsNotHidden(kernels: Kernels, step: OptimizerCase) {
        let values = [[Float]](repeating: [0, 1], count: step.slots + 1).map(EdgeBuffer.init)
        step.kernel(kernels, values.map(\.pointer), [0, .nan], 2)
        for value in values { #expect(value.values[0] == 0) }
        #expect(values[0].values[1].isNaN)
    }

    @Test(arguments: Kernels.available) func slotsNeverBecomeSubnormal(kernels: Kernels) {
        var (p, m, v): ([Float], [Float], [Float]) = ([1, 1], [1e-3, -1e-3], [1e-6, 1e-6])
        for _ in 0..<2_000 {
            kernels.adam(
                parameters: &p, firstMoment: &m, secondMoment: &v, gradients: [0, 0], count: 2,
                adjustment: GradientAdjustment(),
                step: AdamStep(rate: 1e-3, beta1: 0.9, beta2: 0.9, root: 1, epsilon: 1e-8))
            #expect((m + v).allSatisfy { $0 == 0 || $0.isNormal })
        }
        #expect(m == [0, 0] && v == [0, 0])
    }

    @Test(arguments: Kernels.available) func sumOfSquaresMatchesNaive(kernels: Kernels) {
        for count in [0, 1, 5, 15, 16, 31, 32, 33, 1_000] {
            let x = randomFloats(count, seed: 30)
            let input = EdgeBuffer(x)
            let sum = withExtendedLifetime(input) { kernels.sumOfSquares(input.pointer, count: count) }
            #expect(abs(sum - Naive.sumOfSquares(x)) <= 1e-12 * max(1, sum))
        }
        #expect(kernels.sumOfSquares([1e30, 1e30], count: 2) == Naive.sumOfSquares([1e30, 1e30]))
        #expect(kernels.sumOfSquares([1, .nan], count: 2).isNaN)
    }
}
