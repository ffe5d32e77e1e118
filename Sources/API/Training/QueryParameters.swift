/// The parameters of a query, `name=value&…`, percent-decoded.
struct QueryParameters: Sendable, Equatable {
    private var values: [String: String] = [:]

    /// - Parameters:
    ///   - query: What stands behind the question mark; nil when there is none.
    ///   - known: The parameters the resource takes.
    /// - Throws: `APIError.query` for an unknown or repeated parameter, or a malformed escape.
    init(_ query: String?, known: [String]) throws(APIError) {
        for part in (query ?? "").split(separator: "&") {
            let end = part.firstIndex(of: "=") ?? part.endIndex
            guard let name = PathScanner.percentDecoded(part[..<end]),
                let value = PathScanner.percentDecoded(part[end...].dropFirst())
            else { throw .query(String(part), expected: "percent-encoded UTF-8") }
            guard known.contains(name) else {
                let list = known.isEmpty ? "no parameters" : "only " + known.joined(separator: ", ")
                throw .query(name, expected: list)
            }
            guard values.updateValue(value, forKey: name) == nil else { throw .query(name, expected: "one value") }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A truth value.
    func bool(_ name: String) throws(APIError) -> Bool? {
        guard let text = values[name] else { return nil }
        guard text == "true" || text == "false" else {
            throw .query(name, expected: "true or false, got \"\(text)\"")
        }
        return text == "true"
    }

    /// An integer in a range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .query(name, expected: "an integer in \(range.lowerBound)...\(range.upperBound), got \"\(text)\"")
        }
        return value
    }
}
