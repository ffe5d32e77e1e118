import Synchronization
import Tensors

/// The memory in which requests are joined: a contiguous [rows, …] for each input and output of a plan.
///
/// Grows to the largest batch seen and is used again, so that a steady load allocates nothing big.
///
/// Invariant behind `@unchecked Sendable`: one run uses it at a time, on its worker's serial queue or taken out of the
/// batcher's list.
final class BatchBuffers: @unchecked Sendable {
    private var inputs: [AlignedStorage] = []
    private var outputs: [AlignedStorage] = []
    private let bytes = Atomic(0)

    /// Memory for that many floats of each input.
    func inputs(floats: [Int]) -> [AlignedStorage] { reserve(floats, in: &inputs) }

    /// Memory for that many floats of each output.
    func outputs(floats: [Int]) -> [AlignedStorage] { reserve(floats, in: &outputs) }

    /// Bytes of all of it. Any thread may ask.
    var byteCount: Int { bytes.load(ordering: .relaxed) }

    private func reserve(_ floats: [Int], in storages: inout [AlignedStorage]) -> [AlignedStorage] {
        for (index, count) in floats.enumerated() {
            let old = index < storages.count ? storages[index].byteCount : 0
            guard index == storages.count || old < count * MemoryLayout<Float>.stride else { continue }
            // An eighth more, so that slowly growing batches do not allocate each time.
            let storage = AlignedStorage(floatCount: index == storages.count ? count : count + count / 8)
            if index == storages.count { storages.append(storage) } else { storages[index] = storage }
            bytes.add(storage.byteCount - old, ordering: .relaxed)
        }
        return storages
    }
}
