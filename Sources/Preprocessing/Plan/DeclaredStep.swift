/// One step of a plan: what is to be done, and to which columns of a table.
package struct DeclaredStep: Sendable, Equatable {
    /// What a missing value becomes.
    package enum Fill: Sendable, Equatable {
        case mean, median, mostFrequent
        case constant(Cell)
    }

    /// What a vocabulary is made of.
    package enum Token: String, Sendable, CaseIterable { case whole, words, characters }

    /// What is to be done.
    package enum Kind: Sendable, Equatable {
        /// Leaves columns out.
        case drop
        /// Leaves rows out of training and evaluation that miss a value.
        case dropRows
        case window(Window)
        case impute(Fill)
        /// Sets outliers to bounds, or to the quantiles of the training rows.
        case clip(lower: Float?, upper: Float?, quantiles: ClosedRange<Double>?)
        case resize(height: Int, width: Int)
        case grayscale
        case scale(factor: Float, offset: Float)
        /// To mean 0 and deviation 1 over the training rows.
        case standardise
        /// To a range over the training rows.
        case minMax(minimum: Float, maximum: Float)
        /// (x − mean) / deviation, by numbers that are given: one for all or one for each feature.
        case normalise(mean: [Float], deviation: [Float])
        case oneHot(maximum: Int)
        case vocabulary(Token, size: Int, length: Int)
        case pad(length: Int?, SequenceForm.Padding)
    }

    package let kind: Kind
    /// The columns it is meant for; nil means all that it can be done to.
    package let columns: [String]?
    /// Where it stands in the request.
    let path: String

    /// Whether both may be done to one column, or to rows of numbers.
    func overlaps(_ other: DeclaredStep) -> Bool {
        if let columns, let others = other.columns { return !Set(columns).isDisjoint(with: others) }
        return suits.numbers && other.suits.numbers || suits.texts && other.suits.texts
    }

    /// Whether only one of both can be done to a column: a step that names it goes before one that is meant for all.
    func excludes(_ other: DeclaredStep) -> Bool {
        kind.stage == other.kind.stage && (columns == nil) == (other.columns == nil) && overlaps(other)
    }

    /// The columns that it can be done to. Encodings are meant for texts unless they name columns of numbers.
    private var suits: (numbers: Bool, texts: Bool) {
        switch kind {
        case .impute(.mean), .impute(.median), .impute(.constant(.number)): (true, false)
        case .impute(.constant(.text)): (false, true)
        case .oneHot, .vocabulary: (columns != nil, true)
        case .drop, .dropRows, .impute, .window, .pad: (true, true)
        case .clip, .resize, .grayscale, .scale, .standardise, .minMax, .normalise: (true, false)
        }
    }

    /// Whether it is meant for a column.
    func concerns(_ column: String) -> Bool { columns?.contains(column) ?? true }
}

extension DeclaredStep.Kind {
    /// The name in a request.
    var name: String {
        switch self {
        case .drop: "drop"
        case .dropRows: "drop_rows"
        case .window: "window"
        case .impute: "impute"
        case .clip: "clip"
        case .resize: "resize"
        case .grayscale: "grayscale"
        case .scale: "scale"
        case .standardise: "standardise"
        case .minMax: "min_max"
        case .normalise: "normalise"
        case .oneHot: "one_hot"
        case .vocabulary: "vocabulary"
        case .pad: "pad"
        }
    }

    /// When it is done: from low to high, each stage once for a column.
    var stage: Int {
        switch self {
        case .drop: -1
        case .dropRows: 0
        case .window: 1
        case .impute: 2
        case .clip: 3
        case .resize: 4
        case .grayscale: 5
        case .scale: 6
        case .standardise, .minMax, .normalise, .oneHot, .vocabulary: 7
        case .pad: 8
        }
    }

    /// Whether it works on columns of a table, and on other rows.
    var kinds: (table: Bool, numbers: Bool) {
        switch self {
        case .drop, .dropRows: (true, true)
        case .oneHot, .vocabulary: (true, false)
        case .window, .resize, .grayscale, .pad, .normalise: (false, true)
        case .impute, .clip, .scale, .standardise, .minMax: (true, true)
        }
    }
}
