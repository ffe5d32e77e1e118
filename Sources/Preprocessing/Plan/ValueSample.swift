import Tensors

/// Numbers of a stream for its quantiles: all of them up to a capacity, from there on a random sample (Vitter's
/// algorithm R, ACM Transactions on Mathematical Software 11(1), 1985), the same on every machine.
struct ValueSample: Sendable {
    let capacity: Int
    private var values: [Float] = []
    private var seen = 0
    private var random = RandomSource(seed: 0)

    init(capacity: Int) { self.capacity = capacity }

    mutating func add(_ value: Float) {
        guard !value.isNaN else { return }
        seen += 1
        guard values.count == capacity else { return values.append(value) }
        let place = Int(random.next() % UInt64(seen))
        if place < capacity { values[place] = value }
    }

    /// The number below which a fraction of them lies, interpolated as NumPy does; nil without numbers.
    func quantiles(_ fractions: [Double]) -> [Float]? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        return fractions.map { fraction in
            let place = fraction * Double(sorted.count - 1)
            let index = Int(place)
            let next = sorted[min(index + 1, sorted.count - 1)]
            return sorted[index] + (next - sorted[index]) * Float(place - Double(index))
        }
    }
}
