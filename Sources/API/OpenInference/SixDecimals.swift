/// Numbers as C's `%f` writes them, which is how Triton writes the scores of classes.
enum SixDecimals {
    static func text(of value: Float) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return value.isNaN ? "nan" : value.description }
        // Exact: a float times a million has at most 44 bits.
        let scaled = (Double(value) * 1e6).rounded(.toNearestOrEven)
        let magnitude = UInt64(abs(scaled))
        let fraction = String(magnitude % 1_000_000)
        let sign = value.sign == .minus ? "-" : ""
        return "\(sign)\(magnitude / 1_000_000).\(String(repeating: "0", count: 6 - fraction.utf8.count))\(fraction)"
    }
}
