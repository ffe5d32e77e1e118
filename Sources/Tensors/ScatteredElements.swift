import Synchronization

/// The elements of a float32 tensor that stand elsewhere: parts one after another. They are brought together when somebody
/// asks for them, once; who packs weights reads the parts in place instead.
final class ScatteredElements: Sendable {
    let parts: [StridedFloats]
    private let gathered = Mutex<AlignedStorage?>(nil)

    init(_ parts: [StridedFloats]) { self.parts = parts }

    var count: Int { parts.reduce(0) { $0 + $1.count } }

    /// The elements in row-major order.
    var storage: AlignedStorage {
        gathered.withLock { gathered in
            if let storage = gathered { return storage }
            let storage = AlignedStorage(unfilledByteCount: count * MemoryLayout<Float>.stride)
            var offset = 0
            for part in parts {
                unsafe part.copy(to: storage.floats + offset)
                offset += part.count
            }
            gathered = storage
            return storage
        }
    }
}
