import Glibc
import Tensors

extension Initializer {
    /// Rows (or, when there are more rows than columns, columns) of length `gain` at right angles to each other,
    /// distributed evenly over all such matrices: normal numbers made orthogonal one after another (modified
    /// Gram-Schmidt, twice for full precision).
    static func orthogonal(
        _ elements: UnsafeMutableBufferPointer<Float>, shape: Shape, gain: Double, using random: inout RandomSource
    ) {
        let dimensions = shape.dimensions.drop { $0 == 1 }
        guard let rows = dimensions.first, elements.count > 0 else {
            unsafe elements.update(repeating: Float(gain))
            return
        }
        let columns = elements.count / rows
        let (count, length) = (min(rows, columns), max(rows, columns))
        var vectors: [[Double]] = []
        while vectors.count < count {
            var vector = (0..<length).map { _ in random.normal() }
            for _ in 0..<2 {
                for other in vectors {
                    let projection = dot(vector, other)
                    for index in vector.indices { vector[index] -= projection * other[index] }
                }
            }
            let norm = dot(vector, vector).squareRoot()
            guard norm > 1e-9 else { continue }
            for index in vector.indices { vector[index] /= norm }
            vectors.append(vector)
        }
        for row in 0..<rows {
            for column in 0..<columns {
                let value = rows <= columns ? vectors[row][column] : vectors[column][row]
                unsafe elements[row * columns + column] = Float(gain * value)
            }
        }
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }
}
