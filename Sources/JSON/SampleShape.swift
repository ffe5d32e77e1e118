/// The shape of one row of a tensor as `TensorReader` walks it.
///
/// Trailing dimensions of size 1 may be left out in JSON, so they are kept apart: [28, 28, 1] has the core [28, 28]
/// and one trailing bracket around each number, or none. [1] has the core [1] and also allows a bare number.
struct SampleShape {
    /// Most dimensions of a sample.
    static let maximumRank = 8

    /// Sizes without the trailing ones; nil for a free dimension no row has fixed yet.
    private(set) var core: [Int?]

    private let declared: [Int?]

    /// Trailing dimensions of size 1 that are not in `core`.
    let trailingOnes: Int

    /// Whether a row may be a number without any list.
    let allowsBareNumber: Bool

    /// Elements of a row when all sizes were declared and a flat list is a form of its own.
    let flatCount: Int?

    init(_ dimensions: [Int?]) {
        precondition(dimensions.count <= Self.maximumRank, "a sample has at most \(Self.maximumRank) dimensions")
        precondition(dimensions.allSatisfy { $0.map { $0 > 0 } ?? true }, "sizes are at least 1")
        var core = dimensions
        while core.count > 1, core.last == 1 { core.removeLast() }
        self.core = core
        declared = core
        trailingOnes = dimensions.count - core.count
        allowsBareNumber = core.isEmpty || core == [1]
        flatCount = core.count > 1 && !core.contains(nil) ? core.reduce(1) { $0 * ($1 ?? 1) } : nil
    }

    /// Notes the size that the first row gave to a free dimension.
    mutating func resolve(_ dimension: Int, _ size: Int) {
        core[dimension] = size
    }

    /// Forgets the sizes that rows gave to free dimensions.
    mutating func reopen() {
        for dimension in declared.indices where declared[dimension] == nil { core[dimension] = nil }
    }

    /// Whether all sizes are resolved, and are `sizes` but for trailing ones.
    func hasSizes(_ sizes: [Int]) -> Bool { core.indices.allSatisfy { core[$0] == sizes[$0] } }

    /// Whether a dimension was declared free.
    func isFree(_ dimension: Int) -> Bool { declared[dimension] == nil }

    /// All sizes, outermost first; nil while a free one is open.
    var resolved: [Int]? {
        let known = core.compactMap { $0 }
        guard known.count == core.count else { return nil }
        return known + Array(repeating: 1, count: trailingOnes)
    }

    /// "28 numbers", "rows": what the lists of a dimension hold.
    func contents(of dimension: Int, count: Int?) -> String {
        let unit =
            switch core.count - dimension {
            case 1: "number"
            case 2: "row"
            default: "list"
            }
        guard let count else { return unit + "s" }
        return "\(count) \(unit)" + (count == 1 ? "" : "s")
    }

    /// "a list of 28 rows or a flat list of 784 numbers": the forms a list of a dimension may take.
    func forms(of dimension: Int) -> String {
        guard dimension < core.count, dimension > 0 || !allowsBareNumber else { return "a number" }
        let nested = "a list of " + contents(of: dimension, count: core[dimension])
        guard dimension == 0, let flatCount else { return nested }
        return nested + " or a flat list of \(flatCount) numbers"
    }
}
