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

    /// Memory for that many floats of each input.
    func inputs(floats: [Int]) -> [AlignedStorage] { Self.reserve(floats, in: &inputs) }

    /// Memory for that many floats of each output.
    func outputs(floats: [Int]) -> [AlignedStorage] { Self.reserve(floats, in: &outputs) }

    private static func reserve(_ floats: [Int], in storages: inout [AlignedStorage]) -> [AlignedStorage] {
        for (index, count) in floats.enumerated() {
            if index == storages.count {
                storages.append(AlignedStorage(floatCount: count))
            } else if storages[index].byteCount < count * MemoryLayout<Float>.stride {
                // An eighth more, so that slowly growing batches do not allocate each time.
                storages[index] = AlignedStorage(floatCount: count + count / 8)
            }
        }
        return storages
    }
}
