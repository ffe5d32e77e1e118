import JSON

/// A count for each split.
struct SplitCounts: Equatable {
    private var counts: InlineArray<3, Int> = [0, 0, 0]

    subscript(split: Split) -> Int {
        get { counts[Self.place(split)] }
        set { counts[Self.place(split)] = newValue }
    }

    /// Of all splits.
    var total: Int { counts[0] + counts[1] + counts[2] }

    /// The counts above 0, by the names of the splits.
    var json: JSONValue {
        .object(
            Split.allCases.filter { self[$0] > 0 }.map { JSONMember($0.rawValue, .integer(self[$0])) })
    }

    static func == (first: SplitCounts, second: SplitCounts) -> Bool {
        Split.allCases.allSatisfy { first[$0] == second[$0] }
    }

    private static func place(_ split: Split) -> Int {
        switch split {
        case .train: 0
        case .validation: 1
        case .test: 2
        }
    }
}
