/// The size of one dimension of a value: a number, a free symbol such as the batch size, or an expression of those.
///
/// Expressions are kept in a normal form that is just strong enough for the shape arithmetic exporters write:
/// constants are folded, a product is a coefficient and sorted factors, and exact divisions cancel.
package indirect enum Dimension: Hashable, Sendable, ExpressibleByIntegerLiteral {
    case fixed(Int)
    case symbol(String)
    /// coefficient · factors; at least one factor, none of them fixed or a product, sorted.
    case product(Int, [Dimension])
    /// left + right, not both fixed; a fixed operand stands right.
    case sum(Dimension, Dimension)
    /// ⌊left / right⌋ where the division does not cancel.
    case quotient(Dimension, Dimension)

    package init(integerLiteral value: Int) { self = .fixed(value) }

    /// The number, when it is known.
    package var fixedValue: Int? {
        guard case .fixed(let value) = self else { return nil }
        return value
    }

    /// The value under `bindings` of symbols; nil when a symbol is unbound or a divisor is zero.
    package func value(_ bindings: [String: Int]) -> Int? {
        switch self {
        case .fixed(let value): return value
        case .symbol(let name): return bindings[name]
        case .product(let coefficient, let factors):
            return factors.reduce(Optional(coefficient)) { product, factor in
                guard let product, let factor = factor.value(bindings) else { return nil }
                return Self.multiplied(product, factor)
            }
        case .sum(let left, let right):
            guard let left = left.value(bindings), let right = right.value(bindings) else { return nil }
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? nil : sum
        case .quotient(let left, let right):
            guard let left = left.value(bindings), let right = right.value(bindings), right != 0 else { return nil }
            return Self.floorDivided(left, right)
        }
    }

    /// The symbols in the expression.
    package var symbols: Set<String> {
        switch self {
        case .fixed: []
        case .symbol(let name): [name]
        case .product(_, let factors): factors.reduce(into: []) { $0.formUnion($1.symbols) }
        case .sum(let left, let right), .quotient(let left, let right): left.symbols.union(right.symbols)
        }
    }

    /// The expression with some symbols replaced by numbers.
    package func substituting(_ bindings: [String: Int]) -> Dimension {
        switch self {
        case .fixed: self
        case .symbol(let name): bindings[name].map { .fixed($0) } ?? self
        case .product(let coefficient, let factors):
            factors.reduce(.fixed(coefficient)) { $0 * $1.substituting(bindings) }
        case .sum(let left, let right): left.substituting(bindings) + right.substituting(bindings)
        case .quotient(let left, let right): left.substituting(bindings) / right.substituting(bindings)
        }
    }
}

extension Dimension {
    package static func + (left: Dimension, right: Dimension) -> Dimension {
        switch (left, right) {
        case (.fixed(let a), .fixed(let b)): .fixed(a &+ b)
        case (_, .fixed(0)): left
        case (.fixed, _): right + left
        case (.sum(let a, .fixed(let b)), .fixed(let c)): a + .fixed(b &+ c)
        default: .sum(left, right)
        }
    }

    package static func - (left: Dimension, right: Dimension) -> Dimension {
        left == right ? 0 : left + right * .fixed(-1)
    }

    package static func * (left: Dimension, right: Dimension) -> Dimension {
        let (a, leftFactors) = left.monomial
        let (b, rightFactors) = right.monomial
        return monomial(multiplied(a, b) ?? 0, leftFactors + rightFactors)
    }

    /// ⌊left / right⌋; sizes are not negative, so this is also the truncating division of shape arithmetic.
    package static func / (left: Dimension, right: Dimension) -> Dimension {
        if case .fixed(let a) = left, case .fixed(let b) = right, b != 0 { return .fixed(floorDivided(a, b)) }
        return left.dividedExactly(by: right) ?? .quotient(left, right)
    }

    /// left / right when that is certain to be without remainder, else nil.
    package func dividedExactly(by divisor: Dimension) -> Dimension? {
        let (a, factors) = monomial
        let (b, divisors) = divisor.monomial
        guard b != 0, a.remainderReportingOverflow(dividingBy: b) == (0, false) else { return nil }
        var remaining = factors
        for factor in divisors {
            guard let index = remaining.firstIndex(of: factor) else { return nil }
            remaining.remove(at: index)
        }
        return Self.monomial(a / b, remaining)
    }

    private var monomial: (Int, [Dimension]) {
        switch self {
        case .fixed(let value): (value, [])
        case .product(let coefficient, let factors): (coefficient, factors)
        default: (1, [self])
        }
    }

    private static func monomial(_ coefficient: Int, _ factors: [Dimension]) -> Dimension {
        if coefficient == 0 || factors.isEmpty { return .fixed(coefficient) }
        if coefficient == 1, factors.count == 1 { return factors[0] }
        return .product(coefficient, factors.sorted { $0.description < $1.description })
    }

    private static func multiplied(_ a: Int, _ b: Int) -> Int? {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? nil : product
    }

    /// Sizes come from files: nothing they hold may overflow.
    private static func floorDivided(_ a: Int, _ b: Int) -> Int {
        let (quotient, remainder) = (a.dividedReportingOverflow(by: b), a.remainderReportingOverflow(dividingBy: b))
        if quotient.overflow || remainder.overflow { return .max }
        return (remainder.partialValue != 0 && (a < 0) != (b < 0)) ? quotient.partialValue - 1 : quotient.partialValue
    }
}

extension Dimension: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fixed(let value): "\(value)"
        case .symbol(let name): name
        case .product(let coefficient, let factors):
            (coefficient == 1 ? [] : ["\(coefficient)"]).appending(factors.map(\.description)).joined(separator: "·")
        case .sum(let left, let right): "(\(left) + \(right))"
        case .quotient(let left, let right): "⌊\(left) / \(right)⌋"
        }
    }
}

extension [String] {
    fileprivate func appending(_ others: [String]) -> [String] { self + others }
}
