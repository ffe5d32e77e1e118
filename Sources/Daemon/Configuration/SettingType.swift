/// The values that a setting takes.
enum SettingType: Sendable, Equatable {
    case text
    case integer(ClosedRange<Int>)
    /// May be written without a point.
    case number(ClosedRange<Double>)
    /// One of a few words.
    case choice([String])

    /// What to write, for messages.
    var expected: String {
        switch self {
        case .text: "a text that is not empty"
        case .integer(let range): "an integer in \(range.lowerBound)...\(range.upperBound)"
        case .number(let range): "a number in \(range.lowerBound)...\(range.upperBound)"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        }
    }

    /// The value as it is written in a flag or an environment variable; nil when the setting does not take it.
    func value(of text: String) -> SettingValue? {
        switch self {
        case .text: text.isEmpty ? nil : .text(text)
        case .integer(let range): Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
        case .number(let range): Double(text).flatMap { range.contains($0) ? .number($0) : nil }
        case .choice(let words): words.contains(text.lowercased()) ? .text(text.lowercased()) : nil
        }
    }
}

/// The value of a setting, whatever its source.
enum SettingValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
}

extension SettingValue: CustomStringConvertible {
    /// The value as it is written in the configuration file.
    var description: String {
        switch self {
        case .text(let text): text.inQuotes
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        }
    }
}
