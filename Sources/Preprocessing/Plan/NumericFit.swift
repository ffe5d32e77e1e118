import JSON

/// Fits the steps of rows of numbers: fills and bounds in a first pass, means and ranges of what these make in a
/// second.
struct NumericFit {
    /// Numbers that are kept for quantiles, over all features.
    private static let sampleCount = 1 << 23

    /// What a pass has to find out.
    private enum Pass { case values, ranges, nothing }

    private let input: NumericInput?
    private let declared: [DeclaredStep.Kind]
    private let shape: [Int]
    /// Fitted so far, in order.
    private var steps: [NumericStep] = []
    private var pass = Pass.nothing
    /// Of each feature, in the pass over values.
    private var samples: [ValueSample] = []
    /// Of each feature.
    private var moments: [Moments] = []
    private var row: [Float] = []
    private var made: [Float] = []

    /// Stands in while a fit is being changed.
    static let nothing = NumericFit()

    private init() { (input, declared, shape) = (nil, [], []) }

    init(_ plan: PreprocessingPlan, input: NumericInput) throws(FieldError) {
        self.input = input
        declared = plan.steps.map { $0.map(\.kind) } ?? input.defaults
        shape =
            switch input.kind {
            case .tensor(let shape): shape
            case .image(let height, let width, let channels): [height, width, channels]
            case .sequence(let form): [form.length, form.features]
            case .table: preconditionFailure("tables have columns")
            }
        try check(plan)
        if declared.contains(where: \.needsValues) {
            pass = .values
            moments = Array(repeating: Moments(), count: features)
            let capacity = min(max(Self.sampleCount / features, 256), 1 << 20)
            samples = Array(repeating: ValueSample(capacity: capacity), count: features)
        } else {
            try endValues()
        }
    }

    var needsRows: Bool { pass != .nothing }

    mutating func add(_ source: RawRow, number: Int?) throws(PreprocessingError) {
        row.removeAll(keepingCapacity: true)
        switch source {
        case .numbers(let buffer): unsafe row.append(contentsOf: buffer)
        case .cells(let cells):
            for (index, cell) in cells.enumerated() { row.append(try value(cell, index, number)) }
        case .file(let bytes):
            do throws(PreprocessingError) {
                row = try ImageDecoder.decode(bytes).numbers(height: shape[0], width: shape[1], channels: shape[2])
            } catch {
                throw .row(number, field: "", expected: "a PNG or JPEG file", found: "\(error)")
            }
        }
        if pass == .values {
            for (index, value) in row.enumerated() {
                samples[index % features].add(value)
                moments[index % features].add(value)
            }
        } else {
            runSteps()
            let period = moments.count
            for (index, value) in made.enumerated() { moments[index % period].add(value) }
        }
    }

    mutating func endPass() throws(FieldError) {
        switch pass {
        case .values: try endValues()
        case .ranges: try endRanges()
        case .nothing: break
        }
    }

    func preprocessing() -> Preprocessing {
        guard let input else { preconditionFailure("nothing was fitted") }
        let made = NumericSteps(steps, inputShape: shape).outputShape
        return Preprocessing(
            input: input.kind, steps: steps, sampleShape: input.isFlat ? [made.reduce(1, *)] : made)
    }

    /// Features of which each has its own fill, mean and so on: those of the last dimension. Of a row of plain numbers
    /// each number is one.
    private var features: Int { shape.last ?? 1 }

    private func value(_ cell: Cell, _ index: Int, _ number: Int?) throws(PreprocessingError) -> Float {
        switch cell {
        case .number(let value): return value
        case .missing: return .nan
        case .text: throw .row(number, field: "[\(index)]", expected: "a number", found: cell.found)
        }
    }

    /// Fits what comes before the ranges, and starts to look at these.
    private mutating func endValues() throws(FieldError) {
        for step in declared where step.stage < DeclaredStep.Kind.rangeStage {
            if let fitted = try fitted(step) { steps.append(fitted) }
        }
        samples = []
        if declared.contains(where: \.needsRanges) {
            pass = .ranges
            moments = Array(repeating: Moments(), count: NumericSteps(steps, inputShape: shape).outputShape.last ?? 1)
        } else {
            try endRanges()
        }
    }

    private mutating func endRanges() throws(FieldError) {
        for step in declared where step.stage >= DeclaredStep.Kind.rangeStage {
            if let fitted = try fitted(step) { steps.append(fitted) }
        }
        try Preprocessing.check(NumericSteps(steps, inputShape: shape).outputShape, "steps")
        pass = .nothing
    }

    /// Makes `made` of `row` by the steps so far. Sequences and the rows of windows have any number of steps; then no
    /// step changes their shape.
    private mutating func runSteps() {
        let pipeline = NumericSteps(
            steps, inputShape: steps.allSatisfy(\.isElementwise) ? [row.count / features, features] : shape)
        let count = pipeline.outputShape.reduce(1, *)
        if made.count != count { made = [Float](repeating: 0, count: count) }
        unsafe row.withUnsafeBufferPointer { raw in
            unsafe made.withUnsafeMutableBufferPointer { made in
                if let raw = raw.baseAddress, let made = made.baseAddress { unsafe pipeline.apply(raw, into: made) }
            }
        }
    }
}

extension NumericFit {
    private func fitted(_ step: DeclaredStep.Kind) throws(FieldError) -> NumericStep? {
        switch step {
        case .impute(let fill): return .impute(try fills(fill))
        case .clip(let lower, let upper, nil):
            let limit = Float.greatestFiniteMagnitude
            return .clip(lower: [lower ?? -limit], upper: [upper ?? limit])
        case .clip(_, _, .some(let quantiles)):
            let bounds = samples.map { $0.quantiles([quantiles.lowerBound, quantiles.upperBound]) ?? [0, 0] }
            return .clip(lower: bounds.map { $0[0] }, upper: bounds.map { $0[1] })
        case .resize(let height, let width):
            return Array(shape.prefix(2)) == [height, width] ? nil : .resize(height: height, width: width)
        case .grayscale: return .grayscale
        case .scale(let factor, let offset): return .scale(factor: factor, offset: offset)
        case .standardise:
            return .normalise(center: moments.map { Float($0.mean) }, factor: moments.map(\.standardFactor))
        case .minMax(let minimum, let maximum):
            let factors = moments.map { $0.factor(to: maximum - minimum) }
            return .normalise(center: zip(moments, factors).map { $0.center(of: minimum, $1) }, factor: factors)
        case .normalise(let mean, let deviation): return .normalise(center: mean, factor: deviation.map { 1 / $0 })
        case .drop, .dropRows, .window, .oneHot, .vocabulary, .pad: return nil
        }
    }

    private func fills(_ fill: DeclaredStep.Fill) throws(FieldError) -> [Float] {
        switch fill {
        case .constant(.number(let value)): return [value]
        case .mean: return moments.map { Float($0.mean) }
        case .median: return samples.map { $0.quantiles([0.5])?[0] ?? 0 }
        case .constant, .mostFrequent:
            throw FieldError(
                path: "steps", expected: "numbers to be imputed by \"mean\", \"median\" or a number",
                found: "something else")
        }
    }

    private func check(_ plan: PreprocessingPlan) throws(FieldError) {
        let channels = declared.contains(.grayscale) ? 1 : features
        for step in plan.steps ?? [] where step.kind != .drop && step.kind != .dropRows {
            guard step.kind.kinds.numbers else {
                throw FieldError(path: step.path, expected: "a step for rows of numbers", found: step.kind.name)
            }
            guard step.columns == nil else {
                throw FieldError(
                    path: "\(step.path).columns", expected: "none: the columns are one row of numbers", found: "some")
            }
            switch step.kind {
            case .resize where shape.count != 3, .grayscale where shape.count != 3 || shape[2] != 3:
                throw FieldError(
                    path: step.path, expected: "images" + (step.kind == .grayscale ? " of 3 channels" : ""),
                    found: "rows of shape \(shape)")
            case .normalise(let mean, _) where ![1, channels].contains(mean.count):
                throw FieldError(
                    path: "\(step.path).mean", expected: "1 or \(channels) numbers", found: "\(mean.count)")
            case .pad:
                if case .sequence(let form) = input?.kind, form.padding != nil { continue }
                throw FieldError(
                    path: step.path, expected: "sequences of different lengths", found: "rows of shape \(shape)")
            default: continue
            }
        }
    }
}

extension DeclaredStep.Kind {
    /// The first stage of steps that are fitted to what the others make.
    fileprivate static let rangeStage = 7

    /// Whether it takes a pass over the rows as they come.
    fileprivate var needsValues: Bool {
        switch self {
        case .impute(.constant): false
        case .impute: true
        case .clip(_, _, let quantiles): quantiles != nil
        default: false
        }
    }

    /// Whether it takes a pass over the rows as the steps before make them.
    fileprivate var needsRanges: Bool {
        switch self {
        case .standardise, .minMax: true
        default: false
        }
    }
}
