package import Tensors

/// The Euclidean norm of all gradients. It is summed in pieces of a fixed size, whose sums are added in order, so that
/// the number of threads does not show in the result.
package struct GradientNorm: Sendable {
    /// Floats in a piece: 64 KiB of gradients.
    private static let pieceLength = 16_384
    private let pieces: [Range<Int>]

    /// - Parameter ranges: the trainable parameters.
    package init(ranges: [ParameterRange]) {
        pieces = ranges.flatMap { range in
            stride(from: range.range.lowerBound, to: range.range.upperBound, by: Self.pieceLength).map {
                $0..<min($0 + Self.pieceLength, range.range.upperBound)
            }
        }
    }

    /// The norm; NaN or infinite when a gradient is. 0 for no parameters. The threads of `pool` share the work; without
    /// one the calling thread does it.
    package func callAsFunction(
        _ gradients: UnsafePointer<Float>, kernels: Kernels, pool: ComputePool? = nil
    ) -> Double {
        guard let pool, pool.threads > 1, pieces.count > 1 else {
            return pieces.reduce(0) { sum, piece in
                unsafe sum + kernels.sumOfSquares(gradients + piece.lowerBound, count: piece.count)
            }.squareRoot()
        }
        let sums = AlignedStorage(byteCount: pieces.count * MemoryLayout<Double>.stride)
        let address = unsafe Address(gradients: gradients, sums: sums.base.assumingMemoryBound(to: Double.self))
        pool.run(pieces.count) { index in
            let piece = pieces[index]
            unsafe address.sums[index] = unsafe kernels.sumOfSquares(
                address.gradients + piece.lowerBound, count: piece.count)
        }
        var sum = 0.0
        for index in pieces.indices { unsafe sum += address.sums[index] }
        return sum.squareRoot()
    }

    /// Sound to share: threads read the gradients and each writes sums of its own.
    @safe private struct Address: @unchecked Sendable {
        let gradients: UnsafePointer<Float>
        let sums: UnsafeMutablePointer<Double>
    }
}
