import Glibc
import Tensors
import Testing

/// Reads damaged versions of a file, which must throw or give a value, never crash, and never take much memory.
enum Damage {
    /// Every beginning of `bytes`, the whole excepted, must throw.
    static func truncations(of bytes: [UInt8], _ read: ([UInt8]) throws -> Void) {
        withBoundedMemory {
            for count in 0..<bytes.count {
                #expect(throws: (any Error).self, "the first \(count) bytes") { try read(Array(bytes[..<count])) }
            }
        }
    }

    /// Reads copies of `bytes` with one to four flipped bits, or a few bytes overwritten, removed or put in.
    static func mutations(of bytes: [UInt8], count: Int = 4000, seed: UInt64 = 1, _ read: ([UInt8]) throws -> Void) {
        withBoundedMemory {
            var random = RandomSource(seed: seed)
            for _ in 0..<count {
                var copy = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: 0..<copy.count, using: &random)
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0: copy[index] = 0xFF
                    case 1: copy.remove(at: index)
                    case 2: copy.insert(UInt8.random(in: 0...255, using: &random), at: index)
                    default: copy[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
                    }
                }
                try? read(copy)
            }
        }
    }

    /// Peak memory may grow by other tests' work meanwhile, so the bound is generous.
    private static func withBoundedMemory(_ body: () -> Void) {
        let before = peakMemory()
        body()
        #expect(peakMemory() - before < 1 << 30)
    }

    /// Bytes that this process had in memory at most.
    private static func peakMemory() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss * 1024
    }
}
