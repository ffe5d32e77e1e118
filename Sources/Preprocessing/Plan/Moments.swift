/// Count, mean, deviation and range of a stream of numbers; NaN is left out (Welford, Technometrics 4(3), 1962).
package struct Moments: Sendable {
    package private(set) var count = 0
    package private(set) var mean = 0.0
    private var squares = 0.0
    package private(set) var minimum = Float.infinity
    package private(set) var maximum = -Float.infinity

    package init() {}

    package mutating func add(_ value: Float) {
        guard !value.isNaN else { return }
        count += 1
        let difference = Double(value) - mean
        mean += difference / Double(count)
        squares += difference * (Double(value) - mean)
        minimum = min(minimum, value)
        maximum = max(maximum, value)
    }

    /// Of all numbers, not of a sample of them: divided by their count.
    package var deviation: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }
}
