import Glibc

/// What an elementwise operator of two operands makes of them.
enum BinaryKind: Sendable {
    case add, subtract, multiply, divide
    /// The first where it is positive, elsewhere the product.
    case parametricRelu
    /// The larger and the smaller one; not a number if one is not.
    case maximum, minimum
    /// The remainder of the division with the sign of the divisor (Python) or of the dividend (C).
    case modulo, remainder
    /// The first to the power of the second.
    case power
    /// 1 or 0: what is true of them. Numbers count as true when they are not 0.
    case equal, less, lessOrEqual, greater, greaterOrEqual, and, or, xor

    /// Whether the result is 1 or 0.
    var isComparison: Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .parametricRelu, .maximum, .minimum, .modulo, .remainder, .power:
            false
        case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor: true
        }
    }

    @inline(__always)
    func apply(_ a: Float, _ b: Float) -> Float {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .parametricRelu: a > 0 ? a : a * b
        case .maximum: a.isNaN || a > b ? a : b
        case .minimum: a.isNaN || a < b ? a : b
        case .modulo: a - (a / b).rounded(.down) * b
        case .remainder: fmodf(a, b)
        case .power: Float(pow(Double(a), Double(b)))
        case .equal: a == b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .or: a != 0 || b != 0 ? 1 : 0
        case .xor: (a != 0) != (b != 0) ? 1 : 0
        }
    }

    /// The result for integers; nil when there is none.
    func apply(_ a: Int, _ b: Int) -> Int? {
        switch self {
        case .add: Dimension.fixed(a) + Dimension.fixed(b) == .fixed(a &+ b) ? a &+ b : nil
        case .subtract: a &- b
        case .multiply: a.multipliedReportingOverflow(by: b).overflow ? nil : a * b
        case .divide: (Dimension.fixed(a) / .fixed(b)).fixedValue
        case .parametricRelu: a > 0 ? a : BinaryKind.multiply.apply(a, b)
        case .maximum: max(a, b)
        case .minimum: min(a, b)
        case .modulo, .remainder: Self.remainder(a, b, isFloored: self == .modulo)
        case .power: nil
        case .equal: a == b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .or: a != 0 || b != 0 ? 1 : 0
        case .xor: (a != 0) != (b != 0) ? 1 : 0
        }
    }

    private static func remainder(_ a: Int, _ b: Int, isFloored: Bool) -> Int? {
        guard b != 0 else { return nil }
        let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
        return isFloored && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }

    /// The result for sizes; nil when it is not known.
    func apply(_ a: Dimension, _ b: Dimension) -> Dimension? {
        switch self {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        case .equal where a == b: return 1
        // No size is negative.
        case .equal where (a.fixedValue ?? 0) < 0 || (b.fixedValue ?? 0) < 0: return 0
        default:
            guard let a = a.fixedValue, let b = b.fixedValue else { return nil }
            return apply(a, b).map { .fixed($0) }
        }
    }

    /// The derivative of the result by operand 0 or 1; a choice between equal operands takes the first.
    @inline(__always)
    func slope(of operand: Int, _ a: Float, _ b: Float) -> Float {
        switch (self, operand) {
        case (.add, _), (.subtract, 0), (.modulo, 0), (.remainder, 0): 1
        case (.subtract, _): -1
        case (.multiply, 0): b
        case (.multiply, _): a
        case (.divide, 0): 1 / b
        case (.divide, _): -a / (b * b)
        case (.parametricRelu, 0): a > 0 ? 1 : b
        case (.parametricRelu, _): a > 0 ? 0 : a
        case (.maximum, 0): a >= b ? 1 : 0
        case (.maximum, _): a >= b ? 0 : 1
        case (.minimum, 0): a <= b ? 1 : 0
        case (.minimum, _): a <= b ? 0 : 1
        case (.modulo, _): -(a / b).rounded(.down)
        case (.remainder, _): -(a / b).rounded(.towardZero)
        case (.power, 0): b == 0 ? 0 : b * powf(a, b - 1)
        case (.power, _): a == 0 ? 0 : powf(a, b) * logf(a)
        default: 0
        }
    }
}
