import Glibc

/// Round numbers for an axis.
enum AxisTicks {
    /// Multiples of 1, 2 or 5 times a power of ten within the bounds, `count` of them or a few less.
    static func values(from low: Double, to high: Double, count: Int) -> [Double] {
        guard high > low, low.isFinite, high.isFinite else { return [low] }
        let rough = (high - low) / Double(count)
        let power = pow(10, floor(log10(rough)))
        guard power > 0, power.isFinite, (high - low).isFinite else { return [low, high] }
        let step = [1, 2, 5, 10].first { $0 * power >= rough * (1 - 1e-9) }.map { $0 * power } ?? 10 * power
        let first = ceil(low / step - 1e-9)
        let last = floor(high / step + 1e-9)
        guard last >= first, last - first <= Double(2 * count) else { return [low, high] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    /// A tick's label: as many digits as tell neighbours apart, powers of ten for what is very large or small.
    static func label(_ value: Double, step: Double) -> String {
        if value == 0 { return "0" }
        let digits = step > 0 ? max(0, Int(ceil(-log10(step) - 1e-9))) : 3
        guard digits <= 6, abs(value) < 1e6 else { return short(value) }
        return FixedDecimal.text(value, digits: digits)
    }

    /// A number with three digits that count: `1.25e-7`.
    private static func short(_ value: Double) -> String {
        let exponent = Int(floor(log10(abs(value))))
        return "\(SVG.number(value / pow(10, Double(exponent))))e\(exponent)"
    }
}
