/// Fitted steps over rows of numbers of one shape, one after another.
package struct NumericSteps: Sendable, Equatable {
    /// The shape of a row before the first step.
    package let inputShape: [Int]
    package let steps: [NumericStep]
    /// The shape of a row after the last step.
    package let outputShape: [Int]

    package init(_ steps: [NumericStep], inputShape: [Int]) {
        self.steps = steps
        self.inputShape = inputShape
        outputShape = steps.reduce(inputShape) { $1.shape(after: $0) }
    }

    /// Whether a missing value (NaN) is filled in.
    package var fillsMissing: Bool { steps.contains { if case .impute = $0 { true } else { false } } }

    /// Runs all steps over one row.
    /// - Parameters:
    ///   - raw: `inputShape`; may be the same memory as `output`.
    ///   - output: `outputShape`.
    package func apply(_ raw: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
        let count = inputShape.reduce(1, *)
        guard steps.contains(where: { !$0.isElementwise }) else {
            if unsafe raw != UnsafePointer(output) { unsafe output.update(from: raw, count: count) }
            for step in steps { unsafe step.apply(output, count: count) }
            return
        }
        var shape = inputShape
        var values = unsafe Array(UnsafeBufferPointer(start: raw, count: count))
        for step in steps {
            switch step {
            case .resize(let height, let width):
                values = Resampling.resize(values, shape: shape, height: height, width: width) { $0 }
            case .grayscale: values = Resampling.grayscale(values)
            case .invert(let inversion): values = inversion.apply(values, shape: shape)
            case .rowMeans: values = Resampling.rowMeans(values, shape: shape)
            case .reverseColors: values = Resampling.reversingColors(values, channels: shape[2])
            case .channelsFirst: values = Resampling.channelsFirst(values, channels: shape[2])
            default:
                let count = values.count
                unsafe values.withUnsafeMutableBufferPointer { buffer in
                    if let base = buffer.baseAddress { unsafe step.apply(base, count: count) }
                }
            }
            shape = step.shape(after: shape)
        }
        unsafe values.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { unsafe output.update(from: base, count: buffer.count) }
        }
    }
}
