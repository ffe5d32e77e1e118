import Glibc

/// Owned bytes, aligned to a cache line (64 bytes), freed with the object.
///
/// Invariant behind `@unchecked Sendable`: whoever creates the storage fills it before sharing it, and nobody writes
/// to it afterwards; scratch memory that is written later has exactly one user at a time.
@safe package final class AlignedStorage: @unchecked Sendable {
    /// Bytes that can be used.
    package let byteCount: Int
    /// The first byte. Valid as long as this object.
    package let base: UnsafeMutableRawPointer

    /// Zeroed bytes.
    package convenience init(byteCount: Int) {
        self.init(unfilledByteCount: byteCount)
        unsafe memset(base, 0, byteCount)
    }

    /// Bytes of any value, all of which the caller writes before anybody reads them.
    package init(unfilledByteCount byteCount: Int) {
        precondition(byteCount >= 0, "negative size")
        self.byteCount = byteCount
        let rounded = (max(byteCount, 1) + 63) / 64 * 64
        guard let memory = unsafe aligned_alloc(64, rounded) else {
            fatalError("out of memory: \(rounded) bytes wanted")
        }
        // Kernels may read the last vector whole.
        unsafe memset(memory + byteCount, 0, rounded - byteCount)
        unsafe base = memory
    }

    package convenience init(floatCount: Int) {
        self.init(byteCount: floatCount * MemoryLayout<Float>.stride)
    }

    deinit { unsafe free(base) }

    /// The bytes as floats.
    package var floats: UnsafeMutablePointer<Float> { unsafe base.assumingMemoryBound(to: Float.self) }
}
