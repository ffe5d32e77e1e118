/// What a first pass over a table's rows finds out of a column.
struct ColumnSchema {
    /// Columns with fewer texts than one in this many values look like numbers with mistakes.
    private static let mistakes = 20

    let name: String
    private(set) var missing = 0
    private(set) var numbers = 0
    private(set) var texts = 0
    /// The first text and where it stands.
    private(set) var firstText: (line: Int, text: String)?
    /// The different texts of a column `split`; nil when there are too many to be splits.
    private(set) var words: Set<String>? = []

    init(name: String) { self.name = name }

    /// Notes a value; `text` is asked for when it may matter.
    mutating func add(_ value: CSVValue, line: Int, text: () throws(DatasetError) -> String) throws(DatasetError) {
        switch value {
        case .missing: missing += 1
        case .number: numbers += 1
        case .text:
            texts += 1
            if firstText == nil { firstText = (line, try text()) }
            guard name.lowercased() == "split", words != nil else { return }
            words?.insert(try text())
            if let count = words?.count, count > 8 { words = nil }
        }
    }

    /// Whether any value is a text.
    var isText: Bool { texts > 0 }

    /// Whether it says for each row to which split it belongs.
    var isSplit: Bool {
        guard name.lowercased() == "split", missing == 0, numbers == 0, let words, !words.isEmpty else { return false }
        return words.allSatisfy { Split(folder: $0) != nil }
    }

    /// What looks like a mistake.
    var note: String? {
        if name.lowercased() == "split", !isSplit, words?.contains(where: { Split(folder: $0) != nil }) == true {
            return "the column \"\(name)\" chooses no splits, as not all of its values are train, validation or test"
        }
        guard let firstText, texts < numbers else { return nil }
        guard texts * Self.mistakes < numbers || Self.isInfinity(firstText.text) else { return nil }
        return "the column \"\(name)\" is a column of texts because of \(texts) of its values; the first is "
            + "\"\(firstText.text.prefix(40))\" on line \(firstText.line)"
    }

    /// Whether a text stands for a number that is none.
    private static func isInfinity(_ text: String) -> Bool { Float(text).map { !$0.isFinite } ?? false }
}
