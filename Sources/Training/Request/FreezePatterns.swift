package import JSON

/// Which parameters of a version keep their values while the others are trained: a list of names and patterns, where
/// `*` stands for any characters: `conv2d_1.weight`, `conv2d*`, `*`.
package struct FreezePatterns: Sendable, Equatable {
    package let patterns: [String]

    package init(_ patterns: [String]) { self.patterns = patterns }

    /// The list; nil when it is empty.
    package var json: JSONValue? {
        guard !patterns.isEmpty else { return nil }
        return JSONValue(patterns)
    }

    /// Whether a parameter is frozen. A pattern without `*` also means the layer of that name, all its parameters.
    package func freezes(_ parameter: String) -> Bool {
        patterns.contains { pattern in
            if Self.matches(Substring(parameter), Substring(pattern)) { return true }
            return !pattern.contains("*") && ["/", "."].contains { parameter.hasPrefix(pattern + $0) }
        }
    }

    /// The patterns that freeze none of the parameters: probably misspelt.
    package func unused(among parameters: [String]) -> [String] {
        patterns.filter { pattern in
            let alone = FreezePatterns([pattern])
            return !parameters.contains { alone.freezes($0) }
        }
    }

    /// By the pieces between the stars, each found as early as possible, which needs no going back.
    private static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return text == pattern }
        guard text.hasPrefix(first), text.hasSuffix(last), text.count >= first.count + last.count else { return false }
        var rest = text.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
