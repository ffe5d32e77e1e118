import CKernels

/// Matrix products C[m, n] = A[m, k] · B[k, n].
///
/// Every sum runs over k in rising order in one accumulator, whatever the sizes: a row of a batch gives the same bits
/// as the row alone.
extension Kernels {
    /// Floats that `packB` writes for a matrix [k, n]: n rounded up to a multiple of 32, times k.
    package func packedBSize(n: Int, k: Int) -> Int {
        precondition(n >= 0 && k >= 0, "sizes must not be negative")
        return unsafe table.pointee.gemm.packed_b_size(n, k)
    }

    /// Packs B[k, n] for `gemmPacked` into blocks of 32 columns. All levels pack alike.
    ///
    /// - Parameters:
    ///   - n: columns of B.
    ///   - k: rows of B.
    ///   - b: floats, aligned or not; element (row, column) is number row · rowStride + column · columnStride.
    ///   - rowStride: n for a plain [k, n], 1 for a transposed [n, k].
    ///   - columnStride: 1 for a plain [k, n], k for a transposed [n, k].
    ///   - step: rows of the result from one row of B to the next; those between are left as they are.
    ///   - packed: room for `packedBSize` floats of k · step rows.
    package func packB(
        n: Int, k: Int, b: UnsafeRawPointer, rowStride: Int, columnStride: Int, step: Int = 1,
        into packed: UnsafeMutablePointer<Float>
    ) {
        precondition(n >= 0 && k >= 0 && step >= 1, "sizes must not be negative, steps at least 1")
        unsafe table.pointee.gemm.pack_b(n, k, b, rowStride, columnStride, step, packed)
    }

    /// C = clamp(A · B + bias) with B packed before.
    ///
    /// - Parameters:
    ///   - m: rows of A and C.
    ///   - n: columns of B and C.
    ///   - k: columns of A, rows of B.
    ///   - a: [m, k], rows `lda` floats apart.
    ///   - lda: at least k.
    ///   - packedB: from `packB`.
    ///   - bias: [n], or nil for none.
    ///   - clamp: the range of the result.
    ///   - c: [m, n], rows `ldc` floats apart; nothing past column n is written.
    ///   - ldc: at least n.
    package func gemmPacked(
        m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, packedB: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, clamp: Clamp, c: UnsafeMutablePointer<Float>, ldc: Int
    ) {
        precondition(m >= 0 && n >= 0 && k >= 0, "sizes must not be negative")
        precondition(m <= 1 || (lda >= k && ldc >= n), "rows must not overlap")
        unsafe table.pointee.gemm.gemm_packed(m, n, k, a, lda, packedB, bias, clamp.cClamp, c, ldc)
    }

    /// Floats of workspace that `gemm` needs.
    package func gemmWorkspace(m: Int, n: Int, k: Int) -> Int {
        precondition(m >= 0 && n >= 0 && k >= 0, "sizes must not be negative")
        return unsafe table.pointee.gemm.gemm_workspace(m, n, k)
    }

    /// C = A · B, or C + A · B with `accumulate`, all row-major and unpacked.
    ///
    /// - Parameters:
    ///   - m: rows of A and C.
    ///   - n: columns of B and C.
    ///   - k: columns of A, rows of B.
    ///   - a: [m, k], rows `lda` floats apart.
    ///   - lda: at least k.
    ///   - b: [k, n], rows `ldb` floats apart.
    ///   - ldb: at least n.
    ///   - c: [m, n], rows `ldc` floats apart; nothing past column n is written.
    ///   - ldc: at least n.
    ///   - accumulate: whether the sums go on from what C holds.
    ///   - workspace: room for `gemmWorkspace` floats.
    package func gemm(
        m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
        c: UnsafeMutablePointer<Float>, ldc: Int, accumulate: Bool = false, workspace: UnsafeMutablePointer<Float>
    ) {
        precondition(m >= 0 && n >= 0 && k >= 0, "sizes must not be negative")
        precondition((m <= 1 || (lda >= k && ldc >= n)) && (k <= 1 || ldb >= n), "rows must not overlap")
        unsafe table.pointee.gemm.gemm(m, n, k, a, lda, b, ldb, c, ldc, accumulate ? 1 : 0, workspace)
    }
}
