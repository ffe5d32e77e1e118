package import Logging

/// Writes each event as one line to standard error:
///
///     2026-01-01T00:00:00.000Z info daemon: listening host=127.0.0.1 port=8080
///
/// Metadata comes sorted by key; values with white space, quotes, `=` or control characters are quoted. So that a
/// message can never forge a line, its control characters are escaped.
package struct StandardErrorLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata = Logger.Metadata()
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String

    /// - Parameters:
    ///   - label: The part of the program that speaks.
    ///   - level: The least important events to write.
    package init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var metadata = metadata
        if let provided = metadataProvider?.get() { metadata.merge(provided) { _, new in new } }
        if let own = event.metadata { metadata.merge(own) { _, new in new } }
        StandardStream.error.remark(
            Self.line(Timestamp.now(), event.level, label, event.message.description, metadata))
    }

    static func line(
        _ time: Timestamp, _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata
    ) -> String {
        var line = "\(time) \(level) \(label): \(escaped(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(field("\(value)"))" }
        return line + "\n"
    }

    private static func field(_ value: String) -> String {
        let isPlain = value.unicodeScalars.allSatisfy { scalar in
            scalar != "\"" && scalar != "=" && scalar.value > 0x20 && scalar.value != 0x7F
        }
        return isPlain && !value.isEmpty ? value : value.inQuotes
    }

    private static func escaped(_ message: String) -> String {
        guard message.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return message }
        return String(message.inQuotes.dropFirst().dropLast())
    }
}
