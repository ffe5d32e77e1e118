import Testing

@testable import Tensors

struct StridedFloatsTests {
    private let numbers = (0..<24).map { Float($0) }

    /// [2, 3, 4] of the numbers from 0 on.
    private func floats() -> StridedFloats {
        Tensor(numbers, shape: [2, 3, 4]).strided(channels: 3, taps: 4)[0]
    }

    private func copied(_ floats: StridedFloats) -> [Float] {
        var result = [Float](repeating: .nan, count: floats.count)
        result.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            floats.copy(to: base)
        }
        return result
    }

    @Test func copiesInRowMajorOrder() {
        #expect(floats().isPlain)
        #expect(copied(floats()) == numbers)
        let reversed = floats().reversed
        #expect(!reversed.isPlain)
        let expected: [Float] = [
            0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23,
        ]
        #expect(copied(reversed) == expected)
        #expect(copied(floats().reordered([1, 0])[0]) == Array(numbers[12...]))
        #expect(copied(floats().columns(1..<2)) == Array(numbers[12...]))
    }

    @Test func copiesArraysLargerThanATile() {
        let (rows, columns) = (70, 1001)
        let numbers = randomFloats(rows * columns, seed: 1)
        let matrix = Tensor(numbers, shape: [rows, columns])
        let turned = Tensor(
            shape: [columns, rows], scattered: [matrix.strided(channels: columns)[0].transposed])
        let expected = (0..<columns).flatMap { column in (0..<rows).map { numbers[$0 * columns + column] } }
        #expect(turned.floats == expected)
        #expect(turned.owned.floats == expected)
        #expect(!turned.owned.isBorrowed)
        #expect(turned.isBorrowed)
    }

    @Test func readsFloatsAtAnyAddress() {
        final class Bytes: Sendable {
            let storage: AlignedStorage
            init(_ floats: [Float]) {
                storage = AlignedStorage(byteCount: 4 * floats.count + 1)
                floats.withUnsafeBytes {
                    (storage.base + 1).copyMemory(
                        from: $0.baseAddress ?? UnsafeRawPointer(storage.base), byteCount: $0.count)
                }
            }
        }
        let bytes = Bytes(numbers)
        let plain = StridedFloats(plain: bytes.storage.base + 1, columns: 24, channels: 1, taps: 1, owner: bytes)
        let tensor = Tensor(shape: [4, 6], scattered: [plain])
        #expect(copied(tensor.strided(channels: 6)[0].transposed)[..<4] == [0, 6, 12, 18])
        #expect(tensor.reshaped(to: [24]).floats == numbers)
        #expect(plain.float(5, 0, 0) == 5)
    }

    @Test func tensorsKeepTheirParts() {
        let matrix = Tensor(numbers, shape: [6, 4]).strided(channels: 4)[0]
        let tensor = Tensor(shape: [6, 4], scattered: matrix.reordered([2, 0, 1]))
        let parts = tensor.strided(parts: 3, channels: 4)
        #expect(parts.map(\.columns) == [2, 2, 2])
        #expect(copied(parts[0]) == Array(numbers[16...]))
        // Counted otherwise they are brought together first.
        #expect(tensor.strided(parts: 2, channels: 2).map { copied($0)[0] } == [16, 4])
        #expect(tensor.floats == Array(numbers[16...] + numbers[..<16]))
        let split = Tensor(shape: [4, 6], scattered: [matrix.transposed]).strided(channels: 3, taps: 2)[0]
        #expect(split.float(1, 2, 1) == 21)
    }
}
