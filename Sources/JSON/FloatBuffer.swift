/// Growable float storage, aligned to 64 bytes, that is filled by one request and reused by the next.
///
/// It is a plain allocation and not an `Array` so that a parser can write through a pointer without uniqueness
/// checks and the kernels find the alignment they want. One owner at a time; it is not `Sendable`.
@safe package final class FloatBuffer {
    /// Bytes to which `base` is aligned: one cache line, one AVX-512 register.
    package static let alignment = 64

    /// The first element; valid until the next call that grows or shrinks the capacity.
    package private(set) var base: UnsafeMutablePointer<Float>

    /// Initialized elements.
    package internal(set) var count = 0

    /// Elements that fit without growing.
    package private(set) var capacity: Int

    /// Makes an empty buffer.
    /// - Parameter capacity: elements that fit before the first growth; at least 1.
    package init(capacity: Int = 1024) {
        precondition(capacity > 0, "a FloatBuffer needs a capacity of at least 1")
        self.capacity = capacity
        unsafe base = Self.allocate(capacity)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// The elements, valid until the buffer is changed.
    package var elements: UnsafeBufferPointer<Float> {
        unsafe UnsafeBufferPointer(start: base, count: count)
    }

    /// The element at `index`, which must be in `0..<count`.
    package subscript(index: Int) -> Float {
        precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
        return unsafe base[index]
    }

    /// Makes room for `minimumCapacity` elements in all; grows at least by half of the capacity, never shrinks.
    package func reserve(_ minimumCapacity: Int) {
        guard minimumCapacity > capacity else { return }
        let grown = max(minimumCapacity, capacity + capacity / 2)
        let moved = unsafe Self.allocate(grown)
        unsafe moved.initialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = moved
        capacity = grown
    }

    /// Appends one element. Complexity: O(1) amortized.
    package func append(_ value: Float) {
        if count == capacity { reserve(count + 1) }
        unsafe base[count] = value
        count += 1
    }

    /// Appends a copy of `values`, which must not lie in this buffer.
    package func append(contentsOf values: UnsafeBufferPointer<Float>) {
        guard let source = values.baseAddress else { return }
        reserve(count + values.count)
        unsafe (base + count).initialize(from: source, count: values.count)
        count += values.count
    }

    /// Appends `count` elements that `body` fills: all of them, or it throws and none is appended. `body` gets the
    /// address of the first one, whose memory holds zeros.
    package func append<Failure: Error>(
        count added: Int, _ body: (UnsafeMutablePointer<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(added >= 0, "cannot append \(added) elements")
        reserve(count + added)
        unsafe (base + count).initialize(repeating: 0, count: added)
        try unsafe body(base + count)
        count += added
    }

    /// Drops the elements from `newCount` on; `newCount` must not exceed `count`.
    package func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "cannot truncate \(count) elements to \(newCount)")
        count = newCount
    }

    /// Empties the buffer.
    /// - Parameter keepingCapacity: false gives all but a small allocation back.
    package func removeAll(keepingCapacity: Bool = true) {
        count = 0
        guard !keepingCapacity, capacity > 1024 else { return }
        unsafe base.deallocate()
        capacity = 1024
        unsafe base = Self.allocate(capacity)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Float> {
        let byteCount = capacity * MemoryLayout<Float>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
        return unsafe raw.bindMemory(to: Float.self, capacity: capacity)
    }
}
