/// How far something is, in one line of text: `[██████▌       ]  46 %`.
package struct ProgressBar: Sendable, Equatable {
    /// Characters between the brackets.
    package let width: Int
    /// Whether only ASCII may be used: `[######        ]`.
    package let isPlain: Bool

    package init(width: Int = 30, isPlain: Bool = false) {
        precondition(width >= 1, "a bar has a width")
        self.width = width
        self.isPlain = isPlain
    }

    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// The bar of a fraction from 0 to 1; what lies beyond is taken for the nearer end, NaN for 0.
    package func text(_ fraction: Double) -> String {
        let bounded = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        // Rounded down: 100 % means done.
        let percent = String(Int(bounded * 100))
        let padding = String(repeating: " ", count: 3 - percent.count)
        return "[\(filling(bounded))] \(padding)\(percent) %"
    }

    /// The bar of `done` of `total` parts; full for no parts at all.
    package func text(_ done: Int, of total: Int) -> String {
        text(total <= 0 ? 1 : Double(done) / Double(total))
    }

    private func filling(_ fraction: Double) -> String {
        let parts = Int(fraction * Double(width * 8))
        let full = String(repeating: isPlain ? "#" : "█", count: parts / 8)
        let rest = isPlain ? "" : Self.eighths[parts % 8]
        return full + rest + String(repeating: " ", count: width - parts / 8 - (rest.isEmpty ? 0 : 1))
    }
}
