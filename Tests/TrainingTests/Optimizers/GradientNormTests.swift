import Tensors
import Testing
import Training

struct GradientNormTests {
    @Test func isTheEuclideanNormOfTheRanges() {
        let norm = GradientNorm(ranges: [ParameterRange(0..<1), ParameterRange(2..<3)])
        #expect(norm([3, 100, 4], kernels: .best()) == 5)
        #expect(GradientNorm(ranges: [])([], kernels: .best()) == 0)
        #expect(norm([.nan, 0, 1], kernels: .best()).isNaN)
    }

    @Test(arguments: Kernels.available) func threadsDoNotShow(kernels: Kernels) {
        var random = RandomSource(seed: 4)
        let gradients = random.uniform(count: 100_000, in: -1..<1)
        let norm = GradientNorm(ranges: [ParameterRange(0..<40_000), ParameterRange(40_016..<100_000)])
        let alone = norm(gradients, kernels: kernels)
        for threads in 2...3 {
            let pool = ComputePool(threads: threads)
            #expect(norm(gradients, kernels: kernels, pool: pool).bitPattern == alone.bitPattern)
            pool.shutdown()
        }
    }
}
