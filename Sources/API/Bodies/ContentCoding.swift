/// How a body is compressed (RFC 9110 §8.4.1).
enum ContentCoding: String, Sendable {
    case gzip, deflate

    /// The coding a Content-Encoding names; nil for none.
    /// - Throws: `APIError.contentCoding` for one that is not known, and for several.
    static func of(_ field: String?) throws(APIError) -> ContentCoding? {
        guard let field else { return nil }
        switch field.lowercased() {
        case "", "identity": return nil
        case "gzip", "x-gzip": return .gzip
        case "deflate": return .deflate
        default: throw .contentCoding(field)
        }
    }

    /// The coding of an answer to a client that accepts these (RFC 9110 §12.5.3); nil for none.
    static func accepted(_ field: String?) -> ContentCoding? {
        guard let field else { return nil }
        var qualities: [String: Double] = [:]
        for element in field.lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            qualities[name] = weight.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
        func quality(_ coding: ContentCoding) -> Double {
            qualities[coding.rawValue] ?? qualities["x-" + coding.rawValue] ?? qualities["*"] ?? 0
        }
        let best: ContentCoding = quality(.deflate) > quality(.gzip) ? .deflate : .gzip
        return quality(best) > 0 ? best : nil
    }
}
