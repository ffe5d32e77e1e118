import Synchronization
import Tensors

/// Weights in the layouts kernels want, made once for a model and shared by all its plans.
final class PackedConstants: Sendable {
    struct Key: Hashable {
        /// Index of the node in the optimised graph.
        let node: Int
        /// What was packed, and for which layout.
        let label: String
    }

    private let storages = Mutex<[Key: AlignedStorage]>([:])

    /// Packs what is the same for all sizes.
    func pack(_ graph: Graph, _ kernels: Kernels) {
        for (index, node) in graph.nodes.enumerated() {
            guard let op = node.op as? any EarlyPacking else { continue }
            op.pack(kernels) { label, make in _ = storage(for: .init(node: index, label: label), make) }
        }
    }

    /// The storage under `key`, made at the first call.
    func storage(for key: Key, _ make: () -> AlignedStorage) -> AlignedStorage {
        storages.withLock { storages in
            if let storage = storages[key] { return storage }
            let storage = make()
            storages[key] = storage
            return storage
        }
    }

    /// Bytes of all packed weights.
    var byteCount: Int { storages.withLock { $0.values.reduce(0) { $0 + $1.byteCount } } }
}
