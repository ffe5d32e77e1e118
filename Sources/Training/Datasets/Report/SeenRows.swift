/// Which rows came before, by hash, in bounded memory: beyond a capacity only every second hash counts, then every
/// fourth, and so on, the same ones in every split.
struct SeenRows {
    /// Hashes that are kept: 16 to 32 MB.
    private static let capacity = 1 << 20

    private(set) var hashes: Set<UInt64> = []
    /// Hashes whose lowest bits under this mask are 0 count.
    private(set) var mask: UInt64 = 0
    /// Rows that count and came before.
    private var repeated = 0

    /// Notes a row.
    mutating func insert(_ hash: UInt64) {
        guard hash & mask == 0 else { return }
        if !hashes.insert(hash).inserted { repeated += 1 }
        guard hashes.count > Self.capacity else { return }
        mask = mask << 1 | 1
        let count = hashes.count
        hashes = hashes.filter { $0 & mask == 0 }
        repeated = repeated * hashes.count / count
    }

    /// Rows that repeat an earlier one; an estimate when not all hashes count.
    var repeatedCount: Int { repeated * Int(mask + 1) }

    /// Different rows that are in the other set as well; an estimate when not all hashes count.
    func sharedCount(with other: SeenRows) -> Int {
        let common = mask | other.mask
        let shared = hashes.reduce(0) { $0 + ($1 & common == 0 && other.hashes.contains($1) ? 1 : 0) }
        return shared * Int(common + 1)
    }
}
