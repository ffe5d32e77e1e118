import JSON

/// Fits one column of a table.
struct ColumnFit {
    /// Numbers that are kept for the quantiles of a column.
    private static let sampleCount = 1 << 17
    /// Different texts that are one-hot encoded when nobody asked for it.
    private static let defaultMaximum = 100

    let name: String
    private let isText: Bool
    private var fill: DeclaredStep.Fill?
    private var clip: (lower: Float?, upper: Float?, quantiles: ClosedRange<Double>?)?
    private var scale: (factor: Float, offset: Float)?
    /// Standardise, min_max, one_hot or vocabulary.
    private var last: DeclaredStep.Kind?
    private var isDeclared = true
    private var path = "steps"

    private var moments = Moments()
    private var sample = ValueSample(capacity: sampleCount)
    private var texts = TextCounts()
    private(set) var encoding = ColumnEncoding.number(NumberEncoding())

    init(_ column: RawColumn, steps: [DeclaredStep]?) throws(FieldError) {
        name = column.name
        isText = column.isText
        if let steps {
            // What names a column goes before what is meant for all.
            for step in steps where step.columns == nil { try take(step) }
            for step in steps where step.columns != nil && step.concerns(name) { try take(step) }
        } else if !isText {
            fill = .median
            last = .standardise
        }
        guard isText, last == nil else { return }
        last = .oneHot(maximum: Self.defaultMaximum)
        isDeclared = false
    }

    /// Whether the column's numbers have to be looked at again.
    var needsRanges: Bool { if case .number = encoding { last != nil } else { false } }

    private mutating func take(_ step: DeclaredStep) throws(FieldError) {
        let isForNumbers =
            switch step.kind {
            case .impute(let fill): fill.isForNumbers
            case .clip, .scale, .standardise, .minMax: true
            default: false
            }
        guard !isForNumbers || !isText else {
            guard step.columns != nil else { return }
            throw FieldError(path: step.path, expected: "columns of numbers", found: "texts in \"\(name)\"")
        }
        // Without names these are meant for texts.
        if case .oneHot = step.kind, step.columns == nil, !isText { return }
        if case .vocabulary = step.kind, step.columns == nil, !isText { return }
        switch step.kind {
        case .impute(let fill): if step.columns != nil || fill.fits(isText: isText) { self.fill = fill }
        case .clip(let lower, let upper, let quantiles): clip = (lower, upper, quantiles)
        case .scale(let factor, let offset): scale = (factor, offset)
        case .standardise, .minMax, .oneHot, .vocabulary:
            last = step.kind
            path = step.path
        default: break
        }
    }

    mutating func addValue(_ cell: Cell, _ row: Int?) throws(PreprocessingError) {
        switch last {
        case .vocabulary(let token, _, _) where token != .whole:
            (token == .words ? TokenEncoding.Unit.words : .characters).forEachToken(of: cell.category ?? "") {
                texts.add($0)
                return true
            }
        case .oneHot, .vocabulary: if let category = cell.category { texts.add(category) }
        default:
            guard case .number(let value) = cell else {
                if case .missing = cell { return }
                throw .row(row, field: name, expected: "a number", found: cell.found)
            }
            moments.add(value)
            sample.add(value)
            if case .mostFrequent = fill { texts.add(Cell.text(of: value)) }
        }
    }

    mutating func addRange(_ cell: Cell, _ row: Int?) throws(PreprocessingError) {
        guard needsRanges, case .number(let number) = encoding else { return }
        do throws(ColumnEncoding.Refusal) {
            moments.add(try number.value(cell))
        } catch {
            throw .row(
                row, field: name, expected: "\(error.expected) (there is no impute step for it)", found: cell.found)
        }
    }

    mutating func endValues() throws(FieldError) {
        switch last {
        case .oneHot(let maximum):
            encoding = .oneHot(try categories(maximum))
        case .vocabulary(.whole, let size, _):
            encoding = .index(CategoryEncoding(categories: texts.mostFrequent(size), fill: textFill))
        case .vocabulary(let token, let size, let length):
            encoding = .tokens(
                TokenEncoding(
                    unit: token == .words ? .words : .characters, vocabulary: texts.mostFrequent(size), length: length))
        default:
            encoding = .number(try number())
        }
        moments = Moments()
    }

    mutating func endRanges() {
        guard needsRanges, case .number(let number) = encoding else { return }
        var (center, factor) = (Float(moments.mean), moments.standardFactor)
        if case .minMax(let minimum, let maximum) = last {
            factor = moments.factor(to: maximum - minimum)
            center = moments.center(of: minimum, factor)
        }
        // ((x − a) · b − c) · d = (x − (a + c / b)) · (b · d)
        encoding = .number(number.following(center: center, factor: factor))
    }
}

extension ColumnFit {
    /// The categories in alphabetic order, numbers in theirs.
    private func categories(_ maximum: Int) throws(FieldError) -> CategoryEncoding {
        guard texts.counts.count <= maximum else {
            throw FieldError(
                path: path,
                expected: isDeclared
                    ? "at most \(maximum) different values in \"\(name)\" for one_hot"
                    : "a step (drop, one_hot or vocabulary) for \"\(name)\", a column of many different texts",
                found: isDeclared ? "\(texts.counts.count)" : "none")
        }
        guard !texts.counts.isEmpty else {
            throw FieldError(path: path, expected: "values in the column \"\(name)\" (drop it)", found: "none")
        }
        let names = texts.counts.keys.sorted { first, second in
            if let first = Float(first), let second = Float(second) { return first < second }
            return first < second
        }
        return CategoryEncoding(categories: names, fill: textFill)
    }

    private var textFill: String? {
        switch fill {
        case .mostFrequent: texts.mostFrequent(1).first
        case .constant(let cell): cell.category
        default: nil
        }
    }

    private func number() throws(FieldError) -> NumberEncoding {
        guard moments.count > 0 else {
            throw FieldError(path: path, expected: "values in the column \"\(name)\" (drop it)", found: "none")
        }
        let filling: Float? =
            switch fill {
            case nil: nil
            case .mean: Float(moments.mean)
            case .median: sample.quantiles([0.5])?[0]
            case .mostFrequent: texts.mostFrequent(1).first.flatMap { Float($0) }
            case .constant(.number(let value)): value
            case .constant:
                throw FieldError(path: path, expected: "a number to impute \"\(name)\" with", found: "a text")
            }
        var (lower, upper) = (clip?.lower ?? -.infinity, clip?.upper ?? .infinity)
        if let quantiles = clip?.quantiles,
            let bounds = sample.quantiles([quantiles.lowerBound, quantiles.upperBound])
        {
            (lower, upper) = (bounds[0], bounds[1])
        }
        let plain = NumberEncoding(fill: filling, lower: lower, upper: upper)
        guard let scale, scale.factor != 0 else { return plain }
        return plain.following(center: -scale.offset / scale.factor, factor: scale.factor)
    }
}

extension NumberEncoding {
    /// This encoding and then (x − center) · factor.
    fileprivate func following(center: Float, factor: Float) -> NumberEncoding {
        NumberEncoding(
            fill: fill, lower: lower, upper: upper, center: self.center + center / self.factor,
            factor: self.factor * factor)
    }
}

extension DeclaredStep.Fill {
    /// Whether only numbers can be filled in so.
    var isForNumbers: Bool {
        switch self {
        case .mean, .median: true
        case .mostFrequent: false
        case .constant: false
        }
    }

    /// Whether it suits a column when it names none.
    func fits(isText: Bool) -> Bool {
        switch self {
        case .mean, .median: !isText
        case .mostFrequent: true
        case .constant(.text): isText
        case .constant: !isText
        }
    }
}
