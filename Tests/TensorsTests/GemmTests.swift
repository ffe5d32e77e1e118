import Tensors
import Testing

/// One product: A[m, k] · B[k, n] with random operands.
struct Product {
    let m, n, k: Int
    let a, b, bias: [Float]

    init(m: Int, n: Int, k: Int) {
        (self.m, self.n, self.k) = (m, n, k)
        a = randomFloats(m * k, seed: 1)
        b = randomFloats(k * n, seed: 2)
        bias = randomFloats(n, seed: 3)
    }

    func packedB(_ kernels: Kernels) -> EdgeBuffer {
        let packed = EdgeBuffer.workspace(kernels.packedBSize(n: n, k: k))
        let b = EdgeBuffer(b)
        kernels.packB(n: n, k: k, b: b.pointer, rowStride: n, columnStride: 1, into: packed.pointer)
        return packed
    }

    /// Rows `rows` of the product by `gemmPacked`, nil when it wrote outside its output.
    func packed(
        _ kernels: Kernels, rows: Range<Int>, packedB: EdgeBuffer, biased: Bool, clamp: Clamp = .none
    ) -> [Float]? {
        let a = EdgeBuffer(Array(a[rows.lowerBound * k..<rows.upperBound * k]))
        let bias = EdgeBuffer(bias)
        return guardedOutput(rows.count * n) { c in
            kernels.gemmPacked(
                m: rows.count, n: n, k: k, a: a.pointer, lda: k, packedB: packedB.pointer,
                bias: biased ? UnsafePointer(bias.pointer) : nil, clamp: clamp, c: c, ldc: n)
        }
    }

    /// The product by `gemm`, going on from `initial` when there is one.
    func plain(_ kernels: Kernels, initial: [Float]? = nil) -> [Float]? {
        let (a, b) = (EdgeBuffer(a), EdgeBuffer(b))
        let workspace = EdgeBuffer.workspace(kernels.gemmWorkspace(m: m, n: n, k: k))
        return guardedOutput(m * n, initial: initial) { c in
            kernels.gemm(
                m: m, n: n, k: k, a: a.pointer, lda: k, b: b.pointer, ldb: n, c: c, ldc: n,
                accumulate: initial != nil, workspace: workspace.pointer)
        }
    }
}

struct GemmTests {
    static let columns = [1, 10, 31, 32, 33, 64, 100]
    static let depths = [1, 3, 4, 33, 300]

    @Test(arguments: Kernels.available, columns) func packedProductMatchesNaive(kernels: Kernels, n: Int) {
        for k in Self.depths {
            for m in [1, 2, 5, 6, 7, 12, 13, 25, 30] where m * n * k < 300_000 {
                let product = Product(m: m, n: n, k: k)
                let clamp: Clamp = [.none, .relu, .relu6][(m + k) % 3]
                let biased = m % 2 == 0
                let expected = Naive.gemm(
                    product.a, product.b, m: m, n: n, k: k, bias: biased ? product.bias : nil, clamp: clamp)
                let actual = product.packed(
                    kernels, rows: 0..<m, packedB: product.packedB(kernels), biased: biased, clamp: clamp)
                #expect(mismatch(actual, expected, tolerance: 1e-5) == nil, "m \(m) k \(k)")
            }
        }
    }

    @Test(arguments: Kernels.available, columns) func rowOfBatchHasTheBitsOfTheRowAlone(kernels: Kernels, n: Int) {
        for k in [1, 7, 64, 300, 1025, 2100] {
            for m in k > 300 ? [2, 13, 30] : Array(2...30) {
                let product = Product(m: m, n: n, k: k)
                let packedB = product.packedB(kernels)
                let batch = product.packed(kernels, rows: 0..<m, packedB: packedB, biased: true, clamp: .relu)
                var alone: [Float] = []
                for row in [0, m / 2, m - 1] {
                    let single = product.packed(
                        kernels, rows: row..<row + 1, packedB: packedB, biased: true, clamp: .relu)
                    alone += single ?? []
                }
                let same = [0, m / 2, m - 1].flatMap { (batch ?? [])[$0 * n..<($0 + 1) * n] }
                #expect(bits(alone) == bits(same), "m \(m) k \(k)")
            }
        }
    }

    @Test(arguments: Kernels.available) func plainProductMatchesNaiveAndPackedBits(kernels: Kernels) {
        let shapes = [
            (1, 1, 1), (1, 33, 130), (3, 10, 65), (12, 100, 129), (13, 100, 257), (6, 31, 7), (200, 33, 300),
            (30, 64, 520), (7, 32, 1), (14, 2_081, 3), (2, 17, 64), (193, 9, 10),
        ]
        for (m, n, k) in shapes {
            let product = Product(m: m, n: n, k: k)
            let expected = Naive.gemm(product.a, product.b, m: m, n: n, k: k)
            let actual = product.plain(kernels)
            #expect(mismatch(actual, expected, tolerance: 1e-5) == nil, "\(m)×\(n)×\(k)")
            let packed = product.packed(kernels, rows: 0..<m, packedB: product.packedB(kernels), biased: false)
            #expect(bits(actual ?? []) == bits(packed ?? []), "\(m)×\(n)×\(k)")

            let initial = randomFloats(m * n, seed: 4)
            let sum = Naive.gemm(product.a, product.b, m: m, n: n, k: k, initial: initial)
            #expect(
                mismatch(product.plain(kernels, initial: initial), sum, tolerance: 1e-5) == nil,
                "\(m)×\(n)×\(k) accumulated")
        }
    }

    @Test(arguments: Kernels.available) func respectsRowStrides(kernels: Kernels) {
        let (m, n, k, lda, ldb, ldc) = (25, 37, 19, 23, 41, 50)
        let a = randomFloats(m * lda, seed: 5)
        let b = randomFloats(k * ldb, seed: 6)
        let tightA = (0..<m).flatMap { a[$0 * lda..<$0 * lda + k] }
        let tightB = (0..<k).flatMap { b[$0 * ldb..<$0 * ldb + n] }
        let expected = Naive.gemm(tightA, tightB, m: m, n: n, k: k)
        let marks = [Float](repeating: 77, count: m * ldc)
        var workspace = [Float](repeating: .nan, count: kernels.gemmWorkspace(m: m, n: n, k: k))
        var packed = [Float](repeating: .nan, count: kernels.packedBSize(n: n, k: k))
        kernels.packB(n: n, k: k, b: b, rowStride: ldb, columnStride: 1, into: &packed)
        let plain = guardedOutput(m * ldc, initial: marks) { c in
            kernels.gemm(m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, workspace: &workspace)
        }
        let fromPacked = guardedOutput(m * ldc, initial: marks) { c in
            kernels.gemmPacked(
                m: m, n: n, k: k, a: a, lda: lda, packedB: packed, bias: nil, clamp: .none, c: c, ldc: ldc)
        }
        for result in [plain, fromPacked].map({ $0 ?? [] }) {
            let inside = (0..<m).flatMap { result[$0 * ldc..<$0 * ldc + n] }
            #expect(mismatch(inside, expected, tolerance: 1e-5) == nil)
            #expect((0..<m).allSatisfy { row in result[row * ldc + n..<(row + 1) * ldc].allSatisfy { $0 == 77 } })
        }
    }

    @Test(arguments: Kernels.available) func packsTransposedMatricesAlike(kernels: Kernels) {
        for (n, k) in [(1, 1), (10, 7), (32, 5), (33, 64), (100, 3)] {
            let b = randomFloats(k * n, seed: 7)
            let transposed = (0..<n).flatMap { column in (0..<k).map { b[$0 * n + column] } }
            var (plain, other) = ([Float](), [Float]())
            plain = [Float](repeating: .nan, count: kernels.packedBSize(n: n, k: k))
            other = plain
            kernels.packB(n: n, k: k, b: b, rowStride: n, columnStride: 1, into: &plain)
            kernels.packB(n: n, k: k, b: transposed, rowStride: 1, columnStride: k, into: &other)
            #expect(bits(plain) == bits(other))
            for column in 0..<(n + 31) / 32 * 32 {
                for row in 0..<k {
                    let place = column / 32 * 32 * k + row * 32 + column % 32
                    #expect(plain[place] == (column < n ? b[row * n + column] : 0))
                }
            }
        }
    }

    @Test(arguments: Kernels.available, [Clamp.none, .relu, .relu6]) func keepsNaN(kernels: Kernels, clamp: Clamp) {
        for m in [1, 2, 13] {
            var a = randomFloats(m * 9, seed: 8)
            a[(m - 1) * 9 + 4] = .nan
            let b = randomFloats(9 * 33, seed: 9)
            var packed = [Float](repeating: 0, count: kernels.packedBSize(n: 33, k: 9))
            kernels.packB(n: 33, k: 9, b: b, rowStride: 33, columnStride: 1, into: &packed)
            var c = [Float](repeating: 0, count: m * 33)
            kernels.gemmPacked(
                m: m, n: 33, k: 9, a: a, lda: 9, packedB: packed, bias: nil, clamp: clamp, c: &c, ldc: 33)
            #expect(c[((m - 1) * 33)...].allSatisfy { $0.isNaN })
            #expect(c[..<((m - 1) * 33)].allSatisfy { !$0.isNaN })
        }
    }

    @Test(arguments: Kernels.available) func emptySumsGiveTheClampedBias(kernels: Kernels) {
        let bias = randomFloats(40, seed: 10)
        for m in [0, 1, 14] {
            let result = guardedOutput(m * 40) { c in
                kernels.gemmPacked(
                    m: m, n: 40, k: 0, a: bias, lda: 0, packedB: bias, bias: bias, clamp: .relu, c: c, ldc: 40)
            }
            #expect(result == (0..<m).flatMap { _ in bias.map(Clamp.relu.apply) })
            var workspace = [Float](repeating: 0, count: kernels.gemmWorkspace(m: m, n: 40, k: 0))
            let zeros = guardedOutput(m * 40) { c in
                kernels.gemm(m: m, n: 40, k: 0, a: bias, lda: 0, b: bias, ldb: 40, c: c, ldc: 40, workspace: &workspace)
            }
            #expect(zeros == [Float](repeating: 0, count: m * 40))
        }
    }

    @Test func levelsAgree() {
        let product = Product(m: 29, n: 67, k: 301)
        let results = Kernels.available.map { kernels in
            product.packed(kernels, rows: 0..<29, packedB: product.packedB(kernels), biased: true)
        }
        for result in results {
            #expect(mismatch(result, results[0] ?? [], tolerance: 1e-5) == nil)
        }
    }
}
