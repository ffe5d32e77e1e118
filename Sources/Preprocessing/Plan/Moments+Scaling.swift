extension Moments {
    /// What makes the deviation 1; 1 when all numbers are the same.
    var standardFactor: Float {
        let factor = Float(1 / deviation)
        // What rounding leaves of numbers that are all the same is no deviation.
        return factor.isFinite && deviation > 1e-7 * abs(mean) ? factor : 1
    }

    /// What makes the range as wide as `width`; 1 when all numbers are the same.
    func factor(to width: Float) -> Float {
        let factor = width / (maximum - minimum)
        return factor.isFinite && factor > 0 ? factor : 1
    }

    /// What is taken off before the factor so that the least number becomes `target`.
    func center(of target: Float, _ factor: Float) -> Float { count == 0 ? 0 : minimum - target / factor }
}
