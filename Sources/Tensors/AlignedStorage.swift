import Glibc

/// Owned bytes, aligned to a cache line (64 bytes), freed with the object; or a part of a mapped file.
///
/// Invariant behind `@unchecked Sendable`: whoever creates the storage fills it before sharing it, and nobody writes
/// to it afterwards; scratch memory that is written later has exactly one user at a time.
@safe package final class AlignedStorage: @unchecked Sendable {
    /// Bytes that can be used.
    package let byteCount: Int
    /// The first byte. Valid as long as this object.
    package let base: UnsafeMutableRawPointer
    /// What keeps bytes that are not this object's own; nil for its own.
    let mapping: (any MappedBytes)?
    /// Bytes from which on memory is asked for in huge pages (Linux, transparent_hugepage): four of them.
    private static let hugeByteCount = 8 << 20

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
        let isHuge = byteCount >= Self.hugeByteCount
        guard let memory = unsafe aligned_alloc(isHuge ? 2 << 20 : 64, rounded) else {
            fatalError("out of memory: \(rounded) bytes wanted")
        }
        // The system makes 2 MiB at a time then, in a third of the time, and kernels miss fewer translations.
        if isHuge { unsafe madvise(memory, rounded & ~0xFFF, MADV_HUGEPAGE) }
        // Kernels may read the last vector whole.
        unsafe memset(memory + byteCount, 0, rounded - byteCount)
        unsafe base = memory
        mapping = nil
    }

    /// Bytes of a mapped file, which are only read. They are aligned for their elements only.
    package init(borrowing base: UnsafeRawPointer, byteCount: Int, from mapping: any MappedBytes) {
        self.byteCount = byteCount
        unsafe self.base = UnsafeMutableRawPointer(mutating: base)
        self.mapping = mapping
    }

    /// Whether the bytes are somebody else's.
    package var isBorrowed: Bool { mapping != nil }

    /// Copies of the numbers at `floats`.
    package convenience init(copying floats: UnsafePointer<Float>, count: Int) {
        self.init(unfilledByteCount: count * MemoryLayout<Float>.stride)
        unsafe self.floats.update(from: floats, count: count)
    }

    package convenience init(floatCount: Int) {
        self.init(byteCount: floatCount * MemoryLayout<Float>.stride)
    }

    deinit {
        if mapping == nil { unsafe free(base) }
    }

    /// The bytes as floats.
    package var floats: UnsafeMutablePointer<Float> { unsafe base.assumingMemoryBound(to: Float.self) }
}
