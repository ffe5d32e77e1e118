@testable import Serving
import Testing

struct ConfigurationCacheTests {
    @Test func whatATextSaysStays() throws {
        let cache = ConfigurationCache()
        for size in [3, 4, 3] {
            let configuration = try cache.configuration("[batching]\nmax_batch_size = \(size)")
            #expect(configuration.batching.maxBatchSize == size)
        }
        // There is an end to what is kept, and none to what can be read.
        for size in 1...2000 {
            let configuration = try cache.configuration("[batching]\nmax_batch_size = \(size)")
            #expect(configuration.batching.maxBatchSize == size)
        }
    }

    @Test func whatIsWrongIsWrongEachTime() {
        let cache = ConfigurationCache()
        for _ in 0..<2 {
            #expect(throws: ServingError.self) { try cache.configuration("[batching]\nmax_batch_size = 0") }
        }
    }
}
