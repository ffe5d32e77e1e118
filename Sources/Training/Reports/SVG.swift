/// The spelling of numbers and text in SVG.
enum SVG {
    /// A coordinate, with two digits after the point at most.
    static func number(_ value: Double) -> String {
        let text = FixedDecimal.text(value, digits: 2)
        guard text.contains(".") else { return text }
        let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(trimmed.reversed())
    }

    /// Text between tags or in an attribute (XML 1.0 §2.4); control characters, which XML has not, become spaces.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r",
                _ where scalar.value >= 0x20 && scalar.value < 0xfffe:
                result.unicodeScalars.append(scalar)
            default: result += scalar.value > 0xffff ? String(scalar) : " "
            }
        }
    }
}
