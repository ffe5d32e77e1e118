import JSON

/// How a text becomes a row of tokens, for an embedding: 0 fills up, 1 stands for what was not seen in training, the
/// vocabulary starts at 2.
package struct TokenEncoding: Sendable, Equatable {
    /// What a token is.
    package enum Unit: String, Sendable, CaseIterable {
        /// Runs of letters and digits, in lower case.
        case words
        /// Unicode scalars.
        case characters
    }

    /// Longest row of tokens.
    package static let maximumLength = 65_536

    package let unit: Unit
    package let vocabulary: [String]
    /// Tokens of a row: shorter texts are filled up at the end, of longer ones the first count.
    package let length: Int
    private let indices: [String: Int]

    /// Makes an encoding by a vocabulary in which each token comes once.
    package init(unit: Unit, vocabulary: [String], length: Int) {
        self.unit = unit
        self.vocabulary = vocabulary
        self.length = length
        indices = Dictionary(uniqueKeysWithValues: zip(vocabulary, vocabulary.indices))
    }

    func apply(_ cell: Cell, into output: UnsafeMutablePointer<Float>) throws(ColumnEncoding.Refusal) {
        unsafe output.update(repeating: 0, count: length)
        var place = 0
        unit.forEachToken(of: cell.category ?? "") { token in
            guard place < length else { return false }
            unsafe output[place] = Float((indices[token] ?? -1) + 2)
            place += 1
            return true
        }
    }

    init(_ fields: inout JSONFields) throws(FieldError) {
        let vocabulary = try fields.required("vocabulary", fields.strings("vocabulary"))
        guard vocabulary.count <= CategoryEncoding.maximumCount, Set(vocabulary).count == vocabulary.count else {
            throw FieldError(
                path: fields.path(of: "vocabulary"),
                expected: "at most \(CategoryEncoding.maximumCount) different names",
                found: "\(vocabulary.count), of which \(Set(vocabulary).count) differ")
        }
        self.init(
            unit: try fields.required("unit", fields.choice("unit", of: Unit.self)), vocabulary: vocabulary,
            length: try fields.required("length", fields.integer("length", in: 1...Self.maximumLength)))
    }

    var members: [JSONMember] {
        [
            JSONMember("unit", .string(unit.rawValue)), JSONMember("length", .integer(length)),
            JSONMember("vocabulary", JSONValue(vocabulary)),
        ]
    }
}

extension TokenEncoding.Unit {
    /// Calls `body` with one token after another until it returns false.
    func forEachToken(of text: String, _ body: (String) -> Bool) {
        switch self {
        case .characters:
            for scalar in text.unicodeScalars { guard body(String(scalar)) else { return } }
        case .words:
            var word = ""
            for scalar in text.unicodeScalars {
                if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                    word.unicodeScalars.append(scalar)
                } else if !word.isEmpty {
                    guard body(word.lowercased()) else { return }
                    word = ""
                }
            }
            if !word.isEmpty { _ = body(word.lowercased()) }
        }
    }
}
