extension Naive {
    /// C[m, n] = clamp(A[m, k] · B[k, n] + initial C + bias[n]), all contiguous and row-major.
    ///
    /// - Parameters:
    ///   - a: [m, k].
    ///   - b: [k, n].
    ///   - m: rows of A and C.
    ///   - n: columns of B and C.
    ///   - k: columns of A, rows of B.
    ///   - initial: [m, n] to start the sums from; zero when nil.
    ///   - bias: [n]; none when nil.
    ///   - clamp: the range of the result.
    /// - Returns: C [m, n].
    package static func gemm(
        _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, initial: [Float]? = nil, bias: [Float]? = nil,
        clamp: Clamp = .none
    ) -> [Float] {
        var c = [Float](repeating: 0, count: m * n)
        for row in 0..<m {
            for column in 0..<n {
                var sum = Double(initial?[row * n + column] ?? 0)
                for index in 0..<k {
                    sum += Double(a[row * k + index]) * Double(b[index * n + column])
                }
                c[row * n + column] = clamp.apply(Float(sum + Double(bias?[column] ?? 0)))
            }
        }
        return c
    }
}
