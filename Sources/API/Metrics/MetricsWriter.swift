/// Writes metrics in Prometheus' text format 0.0.4 or in OpenMetrics 1.0, family by family.
struct MetricsWriter {
    /// The two expositions; they differ in how counters and infos are declared, and in the end mark.
    enum Format {
        case text, openMetrics

        /// OpenMetrics only for those who ask for it by name.
        init(accept: String?) {
            self =
                AcceptField.best(accept) { mediaType in
                    switch mediaType {
                    case "application/openmetrics-text": .openMetrics
                    case "text/plain": .text
                    default: nil
                    }
                } ?? .text
        }

        var contentType: String {
            switch self {
            case .text: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    enum Kind: String {
        case counter, gauge, histogram, info
    }

    let format: Format
    private(set) var bytes: [UInt8] = []

    init(format: Format) {
        self.format = format
        bytes.reserveCapacity(16 * 1024)
    }

    /// Begins a family.
    /// - Parameters:
    ///   - name: Without the ending that its kind gives it, such as `_total`.
    ///   - kind: What its samples are.
    ///   - help: One line.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        let declared = format == .text ? name + Self.ending(kind) : name
        let type = format == .text && kind == .info ? Kind.gauge : kind
        append("# HELP \(declared) \(help)\n# TYPE \(declared) \(type.rawValue)\n")
    }

    /// Writes the one sample of a counter, gauge or info and these labels.
    mutating func sample(
        _ name: String, _ kind: Kind, _ labels: MetricLabels = MetricLabels(), _ value: some MetricValue
    ) {
        line(name + Self.ending(kind), labels, value.metricText)
    }

    /// Writes a histogram.
    /// - Parameters:
    ///   - name: Of the family.
    ///   - labels: Without `le`.
    ///   - buckets: Upper bounds with the number of values up to each, ascending; without the last, +Inf.
    ///   - sum: Of all values.
    ///   - count: All values.
    mutating func histogram(
        _ name: String, _ labels: MetricLabels, buckets: [(bound: Double, count: Int)], sum: some MetricValue,
        count: Int
    ) {
        for (bound, count) in buckets {
            line(name + "_bucket", labels.adding("le", bound.metricText), count.metricText)
        }
        line(name + "_bucket", labels.adding("le", "+Inf"), count.metricText)
        line(name + "_sum", labels, sum.metricText)
        line(name + "_count", labels, count.metricText)
    }

    /// Writes a sample under a name as it stands, for those that keep to no convention.
    mutating func line(_ name: String, _ labels: MetricLabels, _ value: String) {
        append(name)
        if !labels.text.isEmpty { append("{\(labels.text)}") }
        append(" \(value)\n")
    }

    /// Ends the document.
    mutating func finish() {
        if format == .openMetrics { append("# EOF\n") }
    }

    /// Writes a line of declaration as it stands.
    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private static func ending(_ kind: Kind) -> String {
        switch kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }
}

/// The labels of a sample as they are written between the braces.
struct MetricLabels: Sendable {
    private(set) var text = ""

    init() {}

    init(_ pairs: KeyValuePairs<String, String>) {
        for (name, value) in pairs { self = adding(name, value) }
    }

    func adding(_ name: String, _ value: String) -> MetricLabels {
        var labels = self
        labels.text += "\(text.isEmpty ? "" : ",")\(name)=\"\(Self.escaped(value))\""
        return labels
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}

/// A number that can be a sample.
protocol MetricValue {
    var metricText: String { get }
}

extension Int: MetricValue {
    var metricText: String { String(self) }
}

extension UInt64: MetricValue {
    var metricText: String { String(self) }
}

extension Double: MetricValue {
    var metricText: String { isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Inf" : "+Inf") : description }
}
