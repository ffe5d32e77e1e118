import Glibc

extension Naive {
    /// e^x of every element.
    package static func exp(_ x: [Float]) -> [Float] { x.map { Float(exp(Double($0))) } }

    /// tanh x of every element.
    package static func tanh(_ x: [Float]) -> [Float] { x.map { Float(tanh(Double($0))) } }

    /// 1 / (1 + e^-x) of every element.
    package static func sigmoid(_ x: [Float]) -> [Float] { x.map { Float(1 / (1 + exp(-Double($0)))) } }

    // The functions above hide the library's of the same name in all of `Naive`; these bring them back.
    static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }

    /// Every element clamped to `range`; NaN stays.
    package static func clamp(_ x: [Float], to range: Clamp) -> [Float] { x.map(range.apply) }

    /// a + b, element by element.
    package static func add(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 + $1 } }

    /// a - b, element by element.
    package static func subtract(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 - $1 } }

    /// a · b, element by element.
    package static func multiply(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 * $1 } }

    /// a / b, element by element.
    package static func divide(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 / $1 } }

    /// Softmax of every row of x [rows, columns].
    package static func softmax(_ x: [Float], rows: Int, columns: Int) -> [Float] {
        mapRows(x, rows: rows, columns: columns) { row in
            let exponentials = shiftedExponentials(row)
            let sum = exponentials.reduce(0, +)
            return exponentials.map { Float($0 / sum) }
        }
    }

    /// Log softmax of every row of x [rows, columns].
    package static func logSoftmax(_ x: [Float], rows: Int, columns: Int) -> [Float] {
        mapRows(x, rows: rows, columns: columns) { row in
            let largest = Double(row.max() ?? 0)
            let logarithm = log(shiftedExponentials(row).reduce(0, +))
            return row.map { Float(Double($0) - largest - logarithm) }
        }
    }

    /// e^(x - largest), which cannot overflow.
    private static func shiftedExponentials(_ row: ArraySlice<Float>) -> [Double] {
        let largest = Double(row.max() ?? 0)
        return row.map { exp(Double($0) - largest) }
    }

    private static func mapRows(
        _ x: [Float], rows: Int, columns: Int, _ transform: (ArraySlice<Float>) -> [Float]
    ) -> [Float] {
        (0..<rows).flatMap { transform(x[$0 * columns..<($0 + 1) * columns]) }
    }
}
