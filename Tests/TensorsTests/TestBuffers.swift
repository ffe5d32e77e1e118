import Glibc

/// Floats that end exactly where an inaccessible page begins: a kernel that touches anything past them crashes.
final class EdgeBuffer {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    init(_ values: [Float]) {
        let page = Int(getpagesize())
        let bytes = values.count * MemoryLayout<Float>.stride
        let usable = (bytes + page - 1) / page * page
        mappedBytes = usable + page
        guard let mapping = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapping != MAP_FAILED
        else { preconditionFailure("no memory for a test") }
        precondition(mprotect(mapping + usable, page, PROT_NONE) == 0, "no guard page for a test")
        self.mapping = mapping
        count = values.count
        pointer = (mapping + usable - bytes).bindMemory(to: Float.self, capacity: max(values.count, 1))
        for (index, value) in values.enumerated() { pointer[index] = value }
    }

    /// A workspace: NaN everywhere, so that a kernel that reads what it did not write shows it.
    static func workspace(_ count: Int) -> EdgeBuffer { EdgeBuffer([Float](repeating: .nan, count: count)) }

    /// What the buffer holds now.
    var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    deinit { munmap(mapping, mappedBytes) }
}

/// What `body` writes into a buffer with canaries on both sides; nil when it overwrote one of them. The buffer holds
/// `initial` before, or canaries where that is nil, which are NaN: an element left out shows.
func guardedOutput(
    _ count: Int, initial: [Float]? = nil, body: (UnsafeMutablePointer<Float>) -> Void
) -> [Float]? {
    let margin = 80
    let canary = Float(bitPattern: 0x7fc0_beef)
    var storage = [Float](repeating: canary, count: count + 2 * margin)
    if let initial { storage.replaceSubrange(margin..<margin + count, with: initial) }
    storage.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        body(base + margin)
    }
    let intact = (storage[..<margin] + storage[(margin + count)...]).allSatisfy { $0.bitPattern == canary.bitPattern }
    return intact ? Array(storage[margin..<margin + count]) : nil
}

/// Uniform numbers in [-1, 1) from SplitMix64 (Steele, Lea & Flood 2014).
func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { _ in
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        z ^= z >> 31
        return Float(z >> 40) / Float(1 << 23) - 1
    }
}

/// The first place where two results differ by more than `tolerance` times the largest expected magnitude (at least
/// 1); NaN equals NaN.
func mismatch(_ actual: [Float]?, _ expected: [Float], tolerance: Float) -> String? {
    guard let actual else { return "wrote outside its output" }
    guard actual.count == expected.count else { return "\(actual.count) elements instead of \(expected.count)" }
    let scale = expected.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    for (index, (got, want)) in zip(actual, expected).enumerated() {
        if got == want || (got.isNaN && want.isNaN) || abs(got - want) <= tolerance * scale { continue }
        return "element \(index) is \(got) instead of \(want)"
    }
    return nil
}

/// The bits of floats, to compare results exactly.
func bits(_ values: some Sequence<Float>) -> [UInt32] { values.map(\.bitPattern) }
