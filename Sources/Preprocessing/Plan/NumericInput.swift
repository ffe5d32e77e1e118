import JSON

/// What rows of numbers are to be: as a client sends them, and as the model gets them.
struct NumericInput {
    let kind: InputKind
    /// Steps that are done when none are declared.
    let defaults: [DeclaredStep.Kind]
    /// One dimension instead of several.
    var isFlat = false

    init(kind: InputKind, defaults: [DeclaredStep.Kind] = [], isFlat: Bool = false) {
        (self.kind, self.defaults, self.isFlat) = (kind, defaults, isFlat)
    }

    /// Pixels 0...255 become 0...1.
    private static let pixels: [DeclaredStep.Kind] = [.scale(factor: 1 / 255, offset: 0)]
    /// Sequences of measurements.
    private static let measurements: [DeclaredStep.Kind] = [.impute(.mean), .standardise]

    /// Of rows that are no tables.
    init(_ plan: PreprocessingPlan, rows: RawForm, sample: SampleForm) throws(FieldError) {
        if plan.columns != nil || plan.window != nil || plan.kind == .table {
            throw FieldError(
                path: "input", expected: "a table, for its columns or windows", found: "rows without names")
        }
        let isSequence = if case .sequences = rows { true } else { false }
        guard !isSequence || sample != .image else {
            throw FieldError(path: "input", expected: "images", found: "sequences")
        }
        switch rows {
        case .tensor(let shape, let isPixels):
            try self.init(shape: Self.shape(plan, shape, sample), isPixels: isPixels, plan: plan, sample: sample)
        case .sequences(let features, let longest):
            try self.init(plan, features: features, longest: longest, isFlat: sample == .flat)
        case .files(let height, let width, let channels):
            guard [nil, .image].contains(plan.kind), sample != .sequence else {
                throw FieldError(path: "input.kind", expected: "\"image\"", found: "image files to be something else")
            }
            let resized = plan.resize ?? (height, width)
            let size = plan.shape ?? [resized.height, resized.width, channels]
            try Preprocessing.check(size, "input.shape")
            guard [1, 3].contains(size[2]) else {
                throw FieldError(path: "input.shape[2]", expected: "1 or 3 channels", found: "\(size[2])")
            }
            let kind = InputKind.image(height: size[0], width: size[1], channels: size[2])
            self.init(kind: kind, defaults: Self.pixels, isFlat: sample == .flat)
        case .table: preconditionFailure("tables have columns")
        }
    }

    /// Of rows of a table whose columns make a sequence, an image or a tensor; nil for a table as such.
    init?(_ plan: PreprocessingPlan, columns: [RawColumn], sample: SampleForm) throws(FieldError) {
        let isSeries = plan.window != nil || plan.kind == .sequence || plan.kind == nil && sample == .sequence
        guard isSeries || plan.kind == .image || plan.kind == .tensor else {
            guard sample != .image, sample != .sequence else {
                throw FieldError(
                    path: "input.kind", expected: "\"\(sample.rawValue)\", which the architecture wants",
                    found: "\"table\"")
            }
            return nil
        }
        if let text = columns.first(where: \.isText) {
            throw FieldError(
                path: "input.columns", expected: "columns of numbers (drop others, or name those to be used)",
                found: "texts in \"\(text.name)\"")
        }
        let names = columns.map(\.name)
        if let window = plan.window {
            let form = SequenceForm(
                length: window.length, features: names.count, columns: names, window: window)
            self.init(kind: .sequence(form), defaults: Self.measurements, isFlat: sample == .flat)
        } else if isSeries {
            let shape = plan.shape ?? [names.count, 1]
            guard shape.count == 2, shape[0] * shape[1] == names.count else {
                throw FieldError(
                    path: "input.shape", expected: "[steps, features] of \(names.count) columns", found: "\(shape)")
            }
            let form = SequenceForm(length: shape[0], features: shape[1], columns: names)
            self.init(kind: .sequence(form), defaults: Self.measurements, isFlat: sample == .flat)
        } else {
            let shape = try Self.shape(plan, [names.count], sample)
            try self.init(shape: shape, isPixels: plan.kind == .image, plan: plan, sample: sample)
        }
    }

    /// Of rows of one shape.
    private init(shape: [Int], isPixels: Bool, plan: PreprocessingPlan, sample: SampleForm) throws(FieldError) {
        try Preprocessing.check(shape, "input.shape")
        let isImage = isPixels && shape.count == 3
        if plan.kind == .image || sample == .image, shape.count != 3 {
            throw FieldError(
                path: "input.shape", expected: "images [height, width] or [height, width, channels]", found: "\(shape)")
        }
        if sample == .image, plan.shape == nil, shape[0] <= 4, shape[2] > 4 {
            throw FieldError(
                path: "input.shape", expected: "images [height, width, channels] (transpose x by 0, 2, 3, 1)",
                found: "\(shape), which looks like channels first")
        }
        if sample == .sequence, shape.count != 2 {
            throw FieldError(path: "input.shape", expected: "sequences [steps, features]", found: "\(shape)")
        }
        self.init(
            kind: isImage ? .image(height: shape[0], width: shape[1], channels: shape[2]) : .tensor(shape: shape),
            defaults: isPixels ? Self.pixels : [], isFlat: sample == .flat && shape.count > 1)
    }

    /// Of sequences of different lengths.
    private init(_ plan: PreprocessingPlan, features: Int, longest: Int, isFlat: Bool) throws(FieldError) {
        guard [nil, .sequence].contains(plan.kind) else {
            throw FieldError(path: "input.kind", expected: "\"sequence\"", found: "sequences to be something else")
        }
        let (length, padding) = plan.pad ?? (nil, SequenceForm.Padding(value: 0, side: .end))
        try Preprocessing.check([length ?? longest, features], "input.shape")
        let form = SequenceForm(length: length ?? longest, features: features, padding: padding)
        self.init(kind: .sequence(form), defaults: Self.measurements, isFlat: isFlat)
    }

    /// The shape of rows with the dimensions of 1 that the architecture wants.
    private static func shape(
        _ plan: PreprocessingPlan, _ shape: [Int], _ sample: SampleForm
    ) throws(FieldError) -> [Int] {
        if let declared = plan.shape {
            guard declared.reduce(1, *) == shape.reduce(1, *) else {
                throw FieldError(
                    path: "input.shape", expected: "a shape of \(shape.reduce(1, *)) numbers", found: "\(declared)")
            }
            return declared
        }
        let wantsImage = sample == .image || plan.kind == .image
        if wantsImage, shape.count == 2 || sample == .sequence && shape.count == 1 { return shape + [1] }
        if sample == .sequence || plan.kind == .sequence, shape.count == 1 { return shape + [1] }
        return shape
    }
}

extension PreprocessingPlan {
    fileprivate var resize: (height: Int, width: Int)? {
        for step in steps ?? [] { if case .resize(let height, let width) = step.kind { return (height, width) } }
        return nil
    }

    fileprivate var pad: (length: Int?, SequenceForm.Padding)? {
        for step in steps ?? [] { if case .pad(let length, let padding) = step.kind { return (length, padding) } }
        return nil
    }
}
