package import JSON
package import Tensors

/// An optimizer over one contiguous arena of parameters: its rule, its slots and the number of steps taken.
///
/// A trainer with one thread calls `step`. One with several asks for `nextStep` once and lets every thread apply it to
/// its own part of the arena, which gives the same bits:
///
///     let parts = ParameterRange.split(ranges, parts: pool.threads)
///     let step = optimizer.nextStep(learningRate: schedule.learningRate(step: n), gradientScale: scale)
///     pool.run(parts.count) { step.apply(to: parameters, gradients: gradients, ranges: parts[$0], kernels: kernels) }
///
/// Padding between tensors, zero in parameters and gradients, stays zero under every rule.
package final class Optimizer {
    package let options: OptimizerOptions
    /// Floats in the arena.
    package let count: Int
    /// Steps taken so far.
    package private(set) var steps = 0
    /// One buffer of `count` floats for every slot of the rule, in the order of `OptimizerRule.slotNames`.
    private var slots: [AlignedStorage]

    /// An optimizer that has taken no step, of an arena of `count` floats, padding included.
    package init(_ options: OptimizerOptions, count: Int) {
        self.options = options
        self.count = count
        slots = options.rule.slotNames.map { _ in AlignedStorage(floatCount: count) }
        if case .adagrad(_, _, let initial) = options.rule, initial != 0, let sums = slots.first {
            for index in 0..<count { unsafe sums.floats[index] = Float(initial) }
        }
    }

    /// Counts a step and fixes its numbers.
    /// - Parameters:
    ///   - learningRate: of this step, as the schedule has it.
    ///   - gradientScale: what every gradient is multiplied by, `GradientClip.scale`.
    ///   - gradientLimit: what every gradient is then clamped to, `GradientClip.limit`.
    /// - Returns: the step, to be applied to every range of parameters once.
    package func nextStep(
        learningRate: Double, gradientScale: Float = 1, gradientLimit: Float = .infinity
    ) -> OptimizerStep {
        steps += 1
        let adjustment = GradientAdjustment(scale: gradientScale, limit: gradientLimit)
        return OptimizerStep(
            options: options, number: steps, learningRate: learningRate, adjustment: adjustment, slots: slots,
            count: count)
    }

    /// Takes one step over `ranges` on the calling thread.
    package func step(
        parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, ranges: [ParameterRange],
        learningRate: Double, gradientScale: Float = 1, gradientLimit: Float = .infinity, kernels: Kernels
    ) {
        let step = nextStep(
            learningRate: learningRate, gradientScale: gradientScale, gradientLimit: gradientLimit)
        unsafe step.apply(to: parameters, gradients: gradients, ranges: ranges, kernels: kernels)
    }

    /// Everything that a later step depends on, by name: the number of steps (int64, [1]) and the slots (float32,
    /// [count]). Copies, so that training may go on while they are written.
    package var state: [String: Tensor] {
        var state = ["optimizer.steps": Tensor([steps], shape: [1])]
        for (name, slot) in zip(options.rule.slotNames, slots) {
            let copy = AlignedStorage(floatCount: count)
            unsafe copy.base.copyMemory(from: slot.base, byteCount: count * MemoryLayout<Float>.stride)
            state["optimizer.\(name)"] = Tensor(dtype: .float32, shape: Shape([count]), storage: copy)
        }
        return state
    }

    /// Goes back to a saved state, bit for bit. Names that are not the optimizer's are ignored.
    /// - Throws: when a part is missing or of another size; the optimizer is then unchanged.
    package func restore(_ state: [String: Tensor]) throws(FieldError) {
        guard let counted = state["optimizer.steps"]?.integers, counted.count == 1, counted[0] >= 0 else {
            throw FieldError(path: "optimizer.steps", expected: "one integer ≥ 0", found: "none")
        }
        var restored: [AlignedStorage] = []
        for name in options.rule.slotNames.map({ "optimizer.\($0)" }) {
            guard let saved = state[name], saved.dtype == .float32, saved.elementCount == count else {
                let found = state[name].map { "\($0.dtype) \($0.shape)" } ?? "none"
                throw FieldError(path: name, expected: "\(count) float32 elements", found: found)
            }
            let slot = AlignedStorage(floatCount: count)
            unsafe slot.base.copyMemory(from: saved.storage.base, byteCount: saved.storage.byteCount)
            restored.append(slot)
        }
        slots = restored
        steps = counted[0]
    }
}
