/// Turns rows as people have them into what a model computes with: declared once, fitted to the training rows, stored
/// with the version, and used identically in training and serving.
///
///     let preprocessing = try Preprocessing(json: document)
///     try preprocessing.apply(row: ["age": 41, "city": "Rome"], number: 0, into: sample)
package struct Preprocessing: Sendable, Equatable {
    /// Most numbers of a row, before or after.
    package static let maximumElementCount = 1 << 26
    /// Most dimensions of a row.
    static let maximumRank = 8

    /// What one row is as a client sends it.
    package let input: InputKind
    /// What the model gets for a row.
    package let sampleShape: [Int]
    /// The names of the model's classes, in the order of its outputs; nil when it predicts numbers.
    package private(set) var classNames: [String]?
    /// Names that the rows of a table may have besides its columns: dropped ones and the target. They are not looked
    /// at.
    package private(set) var ignoredColumns: [String]
    /// The columns in which rows for training and evaluation must not miss a value, or they are left out; empty for all
    /// that are used, nil when no row is left out.
    package private(set) var rowFilter: [String]?
    /// Where the names of a row's values stand; -1 for ignored ones.
    private(set) var places: [String: Int]
    /// Steps over the numbers of all kinds of input but tables.
    package let steps: NumericSteps?

    /// What the rows of a tensor or of an image, or sequences, go through.
    package init(input: InputKind, steps: [NumericStep], sampleShape: [Int]? = nil, classNames: [String]? = nil) {
        let shape: [Int] =
            switch input {
            case .tensor(let shape): shape
            case .image(let height, let width, let channels): [height, width, channels]
            case .sequence(let form): [form.length, form.features]
            case .table: preconditionFailure("tables have columns")
            }
        let fitted = NumericSteps(steps, inputShape: shape)
        self.input = input
        self.steps = fitted
        self.sampleShape = sampleShape ?? fitted.outputShape
        self.classNames = classNames
        ignoredColumns = []
        places = Self.places(input, ignoring: [])
        precondition(
            self.sampleShape.reduce(1, *) == fitted.outputShape.reduce(1, *), "steps make another count of numbers")
    }

    /// What the rows of a table go through. A table of one column of tokens makes a sample of their shape.
    package init(columns: [TableColumn], ignoredColumns: [String] = [], classNames: [String]? = nil) {
        input = .table(columns: columns)
        steps = nil
        sampleShape = [columns.reduce(0) { $0 + $1.width }]
        self.classNames = classNames
        self.ignoredColumns = ignoredColumns
        places = Self.places(input, ignoring: ignoredColumns)
    }

    private static func places(_ input: InputKind, ignoring ignored: [String]) -> [String: Int] {
        let names: [String] =
            switch input {
            case .table(let columns): columns.map(\.name)
            case .sequence(let form): form.columns
            case .tensor, .image: []
            }
        var places: [String: Int] = [:]
        for name in ignored { places[name] = -1 }
        for (index, name) in names.enumerated() { places[name] = index }
        return places
    }

    /// The same with names for the model's classes.
    package func naming(_ classNames: [String]?) -> Preprocessing {
        var copy = self
        copy.classNames = classNames
        return copy
    }

    /// The same for rows that may have other names, which are not looked at.
    package func ignoring(_ columns: [String]) -> Preprocessing {
        var copy = self
        copy.ignoredColumns = columns
        copy.places = Self.places(input, ignoring: columns)
        return copy
    }

    /// The same with rows left out of training and evaluation.
    package func leavingOutRows(missing columns: [String]?) -> Preprocessing {
        var copy = self
        copy.rowFilter = columns
        return copy
    }

    /// Numbers of a sample.
    package var sampleCount: Int { sampleShape.reduce(1, *) }

    /// How sequences are cut out of a series of rows; nil when rows are samples.
    package var window: Window? { if case .sequence(let form) = input { form.window } else { nil } }

    /// The part of a sample that is not filling: where it starts, and its shape.
    package func unfilled(length: Int) -> (start: Int, shape: [Int]) {
        guard case .sequence(let form) = input, let padding = form.padding else { return (0, sampleShape) }
        let start = padding.side == .start ? (form.length - length) * form.features : 0
        return (start, [length, form.features])
    }

    /// Whether the samples are rows that were filled up, so that their lengths matter.
    package var isPadded: Bool {
        if case .sequence(let form) = input { form.padding != nil } else { false }
    }
}
