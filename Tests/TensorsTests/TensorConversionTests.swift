import Tensors
import Testing

struct TensorConversionTests {
    @Test func truthValuesAreZeroAndOne() {
        let tensor = Tensor(copying: [0, 1, 2] as [UInt8], dtype: .bool, shape: [3])
        let floats = tensor.convertedToFloat32()
        #expect(floats.dtype == .float32 && floats.shape == [3] && floats.floats == [0, 1, 1])
        let integers = tensor.convertedToInt64()
        #expect(integers?.dtype == .int64 && integers?.integers == [0, 1, 1])
    }

    @Test(arguments: DType.allCases)
    func everyTypeBecomesFloat32(dtype: DType) {
        let zeros = [UInt8](repeating: 0, count: 2 * dtype.byteCount)
        let storage = AlignedStorage(byteCount: zeros.count)
        let converted = Tensor(dtype: dtype, shape: [2, 1], storage: storage).convertedToFloat32()
        #expect(converted.dtype == .float32 && converted.shape == [2, 1] && converted.floats == [0, 0])
    }
}
