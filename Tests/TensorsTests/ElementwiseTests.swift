import Tensors
import Testing

struct ElementwiseTests {
    /// Every 1,021st float of all 2^32, and the special values.
    static let samples: [Float] = {
        var values: [Float] = [
            0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72283, 88.72284, -87.33655,
            -103.97, -103.98, 0.625, 0.62499994, -0.625, 9.0, 10, 20, 1, -1,
        ]
        values += stride(from: UInt32(0), to: 0xffff_f000, by: 65_521).map { Float(bitPattern: $0) }
        values += stride(from: Float(-110), to: 95, by: 0.0173).map { $0 }
        return values
    }()

    /// How far `actual` is from `expected` in units in the last place of `expected`, subnormals included.
    static func distance(_ actual: Float, _ expected: Double) -> Double {
        if expected.isNaN || actual.isNaN { return expected.isNaN && actual.isNaN ? 0 : .infinity }
        let rounded = Float(expected)
        if rounded.isInfinite || actual.isInfinite { return actual == rounded ? 0 : .infinity }
        return abs(Double(actual) - expected) / Double(rounded.ulp)
    }

    static func largestError(
        of function: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void, against exact: (Double) -> Double
    ) -> Double {
        let x = samples
        var y = [Float](repeating: 7, count: x.count)
        function(x, &y, x.count)
        return zip(x, y).map { distance($1, exact(Double($0))) }.max() ?? .infinity
    }

    @Test(arguments: Kernels.available) func transcendentalsAreWithinThreeUlp(kernels: Kernels) {
        #expect(Self.largestError(of: { kernels.exp($0, into: $1, count: $2) }, against: Exact.exp) <= 3)
        #expect(Self.largestError(of: { kernels.tanh($0, into: $1, count: $2) }, against: Exact.tanh) <= 3)
        #expect(Self.largestError(of: { kernels.sigmoid($0, into: $1, count: $2) }, against: Exact.sigmoid) <= 3)
    }

    @Test(arguments: Kernels.available) func transcendentalsKeepSignsAndLimits(kernels: Kernels) {
        let x: [Float] = [-0.0, 0, .infinity, -.infinity, 89, -200]
        var y = [Float](repeating: 7, count: x.count)
        kernels.exp(x, into: &y, count: x.count)
        #expect(y == [1, 1, .infinity, 0, .infinity, 0])
        kernels.tanh(x, into: &y, count: x.count)
        #expect(bits(y) == bits([-0.0, 0, 1, -1, 1, -1]))
        kernels.sigmoid(x, into: &y, count: x.count)
        #expect(y == [0.5, 0.5, 1, 0, 1, 0])
    }

    @Test(arguments: Kernels.available) func resultsDoNotDependOnThePlace(kernels: Kernels) {
        let x = randomFloats(50, seed: 1).map { $0 * 20 }
        for function in [kernels.exp, kernels.tanh, kernels.sigmoid] {
            var whole = x
            function(x, &whole, 50)
            for start in 0..<50 {
                let count = min(50 - start, 19)
                let input = EdgeBuffer(Array(x[start..<start + count]))
                let part = guardedOutput(count) { function(input.pointer, $0, count) }
                #expect(bits(part ?? []) == bits(whole[start..<start + count]))
            }
        }
    }

    @Test(arguments: Kernels.available) func arithmeticMatchesNaive(kernels: Kernels) {
        for count in [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 100] {
            let (a, b) = (randomFloats(count, seed: 2), randomFloats(count, seed: 3))
            let (first, second) = (EdgeBuffer(a), EdgeBuffer(b))
            let cases = [
                (kernels.add, Naive.add(a, b)), (kernels.subtract, Naive.subtract(a, b)),
                (kernels.multiply, Naive.multiply(a, b)), (kernels.divide, Naive.divide(a, b)),
            ]
            for (function, expected) in cases {
                let result = guardedOutput(count) { function(first.pointer, second.pointer, $0, count) }
                #expect(result == expected)
            }
        }
    }

    @Test(arguments: Kernels.available, [Clamp.none, .relu, .relu6, Clamp(low: -0.25, high: 0.5)])
    func clampMatchesNaiveAndKeepsNaN(kernels: Kernels, clamp: Clamp) {
        let x = randomFloats(37, seed: 4).map { $0 * 10 } + [.nan, .infinity, -.infinity, 0]
        let result = guardedOutput(x.count) { kernels.clamp(x, to: clamp, into: $0, count: x.count) }
        #expect(mismatch(result, Naive.clamp(x, to: clamp), tolerance: 0) == nil)
        #expect(result?[37].isNaN == true)
    }

    @Test(arguments: Kernels.available) func softmaxMatchesNaive(kernels: Kernels) {
        for (rows, columns) in [(1, 1), (3, 2), (5, 10), (2, 16), (4, 17), (1, 31), (2, 1_000), (3, 0), (0, 5)] {
            let x = randomFloats(rows * columns, seed: 5).map { $0 * 30 }
            let input = EdgeBuffer(x)
            let soft = guardedOutput(x.count) { kernels.softmax(input.pointer, into: $0, rows: rows, columns: columns) }
            let expected = Naive.softmax(x, rows: rows, columns: columns)
            #expect(mismatch(soft, expected, tolerance: 1e-6) == nil)
            let logs = guardedOutput(x.count) {
                kernels.logSoftmax(input.pointer, into: $0, rows: rows, columns: columns)
            }
            #expect(mismatch(logs, Naive.logSoftmax(x, rows: rows, columns: columns), tolerance: 1e-6) == nil)
            var inPlace = x
            inPlace.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                kernels.softmax(base, into: base, rows: rows, columns: columns)
            }
            #expect(bits(inPlace) == bits(soft ?? []))
        }
    }

    @Test(arguments: Kernels.available) func softmaxRowsAreIndependent(kernels: Kernels) {
        for columns in [3, 10, 16, 45] {
            let x = randomFloats(7 * columns, seed: 6).map { $0 * 5 }
            var (batch, batchLogs) = (x, x)
            kernels.softmax(x, into: &batch, rows: 7, columns: columns)
            kernels.logSoftmax(x, into: &batchLogs, rows: 7, columns: columns)
            for row in 0..<7 {
                let slice = Array(x[row * columns..<(row + 1) * columns])
                var (alone, aloneLogs) = (slice, slice)
                kernels.softmax(slice, into: &alone, rows: 1, columns: columns)
                kernels.logSoftmax(slice, into: &aloneLogs, rows: 1, columns: columns)
                #expect(bits(alone) == bits(batch[row * columns..<(row + 1) * columns]))
                #expect(bits(aloneLogs) == bits(batchLogs[row * columns..<(row + 1) * columns]))
            }
        }
    }

    @Test(arguments: Kernels.available) func softmaxOfLargeLogitsAndNaN(kernels: Kernels) {
        let x: [Float] = [1_000, 999, -1_000, 1, .nan, 2, -.infinity, 3, 3]
        var y = x
        kernels.softmax(x, into: &y, rows: 3, columns: 3)
        #expect(mismatch(Array(y[..<3]), [0.731_058_6, 0.268_941_4, 0], tolerance: 1e-6) == nil)
        #expect(y[3..<6].allSatisfy { $0.isNaN })
        #expect(Array(y[6...]) == [0, 0.5, 0.5])
        kernels.logSoftmax(x, into: &y, rows: 3, columns: 3)
        #expect(y[3..<6].allSatisfy { $0.isNaN })
    }

    @Test func naiveFunctionsAgreeWithTheLibrary() {
        let x: [Float] = [-3, -0.5, 0, 0.5, 3]
        #expect(Naive.exp(x) == x.map { Float(Exact.exp(Double($0))) })
        #expect(Naive.tanh(x) == x.map { Float(Exact.tanh(Double($0))) })
        #expect(Naive.sigmoid(x) == x.map { Float(Exact.sigmoid(Double($0))) })
    }
}
