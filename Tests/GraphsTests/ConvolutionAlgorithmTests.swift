import Tensors
import Testing

@testable import Graphs

struct ConvolutionAlgorithmTests {
    /// Channels of which 3×3 weights are more than 2²² numbers.
    private static let many = 704

    /// Large weights take Winograd's form, which is larger, only where many pixels make use of it.
    @Test(arguments: [(64, 6, true), (many, 6, false), (many, 18, true), (many - 16, 6, false), (many - 32, 6, true)])
    func largeWeightsOfSmallImagesStayAsTheyAre(channels: Int, size: Int, isWinograd: Bool) throws {
        let weight = Tensor([Float](repeating: 0, count: 9 * channels * channels), shape: [channels, channels, 3, 3])
        let window = try WindowAttributes(Attributes([:], opset: 17), kernel: [3, 3])
        let convolution = Convolution(weight: weight, bias: nil, window: window, groups: 1)
        let geometry = convolution.geometry(row: [size, size, channels])
        #expect((convolution.algorithm(geometry) == .winograd) == isWinograd)
    }
}
