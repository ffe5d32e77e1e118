import Tensors

/// The memory of a training plan: an arena for values and their gradients, and for each thread scratch memory, a block
/// of parameter gradients and a table of where everything is.
@safe struct TrainingMemory {
    let byteCount: Int
    private let threads: Int
    private let parameterFloats: Int
    private let arena: AlignedStorage
    private let scratch: AlignedStorage
    /// The gradients of threads 1 and up; thread 0 works in the store's.
    private let gradients: AlignedStorage
    private let firstGradients: UnsafeMutablePointer<Float>
    private let tables: AlignedStorage
    private let tableStride: Int
    /// Kept alive for the tables.
    private let constants: [AlignedStorage]

    /// Floats that a plan may take: 4 GiB.
    private static let largest = 1 << 30

    init(_ builder: TrainingBuilder) throws(GraphError) {
        let layout = Self.layout(builder)
        let scratchFloats = (builder.scratchFloats + 31) / 16 * 16
        (threads, parameterFloats) = (builder.threads, builder.store.count)
        let total = layout.floatCount + threads * (scratchFloats + parameterFloats)
        guard total <= Self.largest else {
            throw .unsupported(
                "training needs \(total) numbers of memory at this batch size; at most \(Self.largest) are supported")
        }
        byteCount = total * MemoryLayout<Float>.stride
        arena = AlignedStorage(floatCount: layout.floatCount + 16)
        scratch = AlignedStorage(floatCount: threads * scratchFloats)
        gradients = AlignedStorage(floatCount: (threads - 1) * parameterFloats)
        unsafe firstGradients = builder.store.gradients
        tableStride = (builder.places.count + 7) / 8 * 8
        tables = AlignedStorage(byteCount: threads * tableStride * MemoryLayout<Int>.stride)
        constants = builder.places.compactMap { place in
            if case .constant(let storage) = place { storage } else { nil }
        }
        for thread in 0..<threads {
            for (index, place) in builder.places.enumerated() {
                let pointer: UnsafeMutablePointer<Float> =
                    switch place {
                    case .arena: unsafe arena.floats + (layout.offsets[index] ?? 0)
                    case .scratch(let offset): unsafe scratch.floats + thread * scratchFloats + offset
                    case .constant(let storage): unsafe storage.floats
                    case .parameter(let parameter):
                        unsafe builder.store.values + builder.store.parameters[parameter].range.lowerBound
                    case .parameterGradient(let parameter):
                        unsafe block(thread) + builder.store.parameters[parameter].range.lowerBound
                    }
                unsafe (table(thread) + index).initialize(to: pointer)
            }
        }
    }

    /// Offsets of the buffers in the arena, by their index. Several threads run through the steps at their own pace, so
    /// that what one of them has finished with, another may still read: they share no memory between buffers.
    private static func layout(_ builder: TrainingBuilder) -> (offsets: [Int: Int], floatCount: Int) {
        var indices: [Int] = []
        var buffers: [ArenaLayout.Buffer] = []
        for (index, place) in builder.places.enumerated() {
            guard case .arena(let floats, let lifetime) = place else { continue }
            indices.append(index)
            let all = 0...builder.lastPosition
            buffers.append(.init(floats: floats, lifetime: builder.threads > 1 ? all : lifetime))
        }
        let layout = ArenaLayout(buffers)
        return (Dictionary(uniqueKeysWithValues: zip(indices, layout.offsets)), layout.floatCount)
    }

    func table(_ thread: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<Float>> {
        unsafe tables.base.assumingMemoryBound(to: UnsafeMutablePointer<Float>.self) + thread * tableStride
    }

    func pointer(_ buffer: TrainingBuffer) -> UnsafeMutablePointer<Float> { unsafe table(0)[buffer.index] }

    /// The parameter gradients of a thread.
    private func block(_ thread: Int) -> UnsafeMutablePointer<Float> {
        unsafe thread == 0 ? firstGradients : gradients.floats + (thread - 1) * parameterFloats
    }

    func clearGradients(of thread: Int) { unsafe block(thread).update(repeating: 0, count: parameterFloats) }

    /// Adds the gradients of all threads, in their order, into those of thread 0, which are the store's.
    func reduceGradients(into store: ParameterStore, kernels: Kernels, pool: ComputePool?) {
        guard threads > 1, let pool else { return }
        let memory = self
        pool.run(threads) { part in
            let start = memory.parameterFloats / 16 * part / memory.threads * 16
            let end =
                part + 1 == memory.threads
                ? memory.parameterFloats : memory.parameterFloats / 16 * (part + 1) / memory.threads * 16
            for thread in 1..<memory.threads {
                let (sum, term) = unsafe (memory.firstGradients + start, memory.block(thread) + start)
                unsafe kernels.add(sum, term, into: sum, count: end - start)
            }
        }
    }
}

/// Sound to share between the threads of a run: they write disjoint parts.
extension TrainingMemory: @unchecked Sendable {}
