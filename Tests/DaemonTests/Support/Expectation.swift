/// What a tutorial says of the output of a block: that it holds a text, or a number in some relation to another.
///
///     "state":"succeeded"
///     test_accuracy >= 0.95
enum Expectation: Equatable {
    enum Relation: String, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case below = "<"
        case above = ">"
        case equal = "=="
    }

    case text(String)
    /// The word behind the name is a number; words are letters, digits and the like.
    case number(String, Relation, Double)

    init(_ text: String) {
        let words = text.split(separator: " ")
        if words.count == 3, let relation = Relation(rawValue: String(words[1])), let bound = Double(words[2]) {
            self = .number(String(words[0]), relation, bound)
        } else {
            self = .text(text)
        }
    }

    /// Whether an output is as it says.
    func holds(for output: String) -> Bool {
        switch self {
        case .text(let text): return output.contains(text)
        case .number(let name, let relation, let bound):
            guard let value = Self.number(name, in: output) else { return false }
            switch relation {
            case .atLeast: return value >= bound
            case .atMost: return value <= bound
            case .below: return value < bound
            case .above: return value > bound
            case .equal: return value == bound
            }
        }
    }

    private static func number(_ name: String, in output: String) -> Double? {
        let words = output.split { !$0.isLetter && !$0.isNumber && !"_+-.".contains($0) }
        guard let place = words.firstIndex(where: { $0 == name }), place + 1 < words.endIndex else { return nil }
        return Double(words[place + 1])
    }
}
