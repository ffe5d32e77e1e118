/// Numbers as people read them, with a fixed count of digits; Foundation's formatting would cost the executable 40 MB.
enum FixedDecimal {
    /// A number with `digits` after the point: `0.50`. Words for NaN and the infinities.
    static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        let scaled = (abs(value) * scale).rounded()
        // Past 2^53 there are no digits after the point to show.
        guard scaled < 0x1p53 else { return value.description }
        let integer = Int64(scaled)
        let sign = value < 0 && integer != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(integer)" }
        let fraction = String(integer % Int64(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(integer / Int64(scale)).\(zeros)\(fraction)"
    }
}
