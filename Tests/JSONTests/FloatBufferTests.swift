import JSON
import Testing

struct FloatBufferTests {
    @Test func growsAlignedAndKeepsItsElements() {
        let buffer = FloatBuffer(capacity: 1)
        for value in 0..<1000 {
            buffer.append(Float(value))
            #expect(UInt(bitPattern: buffer.base) % 64 == 0)
        }
        #expect(Array(buffer.elements) == (0..<1000).map(Float.init))
        [Float](repeating: 7, count: 500).withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
        #expect((buffer.count, buffer[1499]) == (1500, 7))
        buffer.truncate(to: 2)
        #expect(Array(buffer.elements) == [0, 1])
    }

    @Test func appendsWhatIsFilledInOrNothing() {
        struct Refusal: Error {}
        let buffer = FloatBuffer(capacity: 2)
        buffer.append(1)
        buffer.append(count: 3) { $0[1] = 5 }
        #expect(Array(buffer.elements) == [1, 0, 5, 0])
        #expect(throws: Refusal.self) {
            try buffer.append(count: 100) { base throws(Refusal) in
                base[0] = 9
                throw Refusal()
            }
        }
        #expect(Array(buffer.elements) == [1, 0, 5, 0])
    }

    @Test func keepsOrGivesBackItsMemory() {
        let buffer = FloatBuffer(capacity: 5000)
        buffer.append(1)
        buffer.removeAll()
        #expect((buffer.count, buffer.capacity) == (0, 5000))
        buffer.removeAll(keepingCapacity: false)
        #expect((buffer.count, buffer.capacity) == (0, 1024))
        buffer.reserve(10_000)
        #expect(buffer.capacity == 10_000)
    }
}
