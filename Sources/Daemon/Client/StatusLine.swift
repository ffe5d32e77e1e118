import CSystem
import Glibc

/// One line on standard error that is written over and over on a terminal, and once for each change elsewhere.
package final class StatusLine {
    private let isTerminal = isatty(2) == 1
    private var shown = ""

    package init() {}

    /// Shows a text in place of the last one.
    package func show(_ text: String) {
        guard text != shown else { return }
        shown = text
        // A line that went around the edge could not be written over. Erases to the end of the line (ECMA-48, EL).
        let columns = Int(csystem_terminal_columns(2))
        let line = columns > 1 ? String(text.prefix(columns - 1)) : text
        StandardStream.error.remark(isTerminal ? "\r\(line)\u{1B}[K" : text + "\n")
    }

    /// Takes the text away, for another line to be written.
    package func clear() {
        if isTerminal, !shown.isEmpty { StandardStream.error.remark("\r\u{1B}[K") }
        shown = ""
    }

    /// Leaves the last text where it is.
    package func end() {
        if isTerminal, !shown.isEmpty { StandardStream.error.remark("\n") }
        shown = ""
    }
}
