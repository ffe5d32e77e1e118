/// An Accept field (RFC 9110 §12.5.1).
enum AcceptField {
    /// What it likes best: of the known media types the one with the greatest weight, and the first of several.
    /// - Parameters:
    ///   - field: The field's value; nil when there is none.
    ///   - format: What a media type in small letters, without parameters, stands for; nil for an unknown one.
    /// - Returns: nil when it names none, or only such as are not wanted.
    static func best<Format>(_ field: String?, _ format: (String) -> Format?) -> Format? {
        var best: (format: Format?, weight: Double) = (nil, 0)
        for element in (field ?? "").lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let format = parts.first.flatMap(format) else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best.weight { best = (format, weight) }
        }
        return best.format
    }
}
