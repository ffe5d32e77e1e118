import Glibc
package import Tensors

extension Initializer {
    /// Fills a parameter.
    /// - Parameters:
    ///   - elements: `shape.elementCount` floats.
    ///   - shape: the parameter's, which orthogonal and identity matrices look at.
    ///   - fanIn: inputs of one output; for PyTorch's recurrent layers the hidden units.
    ///   - fanOut: outputs of one input.
    ///   - random: where the numbers come from; the same state gives the same elements.
    package func fill(
        _ elements: UnsafeMutablePointer<Float>, shape: Shape, fanIn: Int, fanOut: Int,
        using random: inout RandomSource
    ) {
        let buffer = unsafe UnsafeMutableBufferPointer(start: elements, count: shape.elementCount)
        switch self {
        case .constant(let value): unsafe buffer.update(repeating: Float(value))
        case .uniform(let low, let high):
            for index in buffer.indices { unsafe buffer[index] = Float(low + (high - low) * random.unit()) }
        case .normal(let mean, let deviation):
            for index in buffer.indices { unsafe buffer[index] = Float(mean + deviation * random.normal()) }
        case .truncatedNormal(let mean, let deviation):
            for index in buffer.indices {
                unsafe buffer[index] = Float(mean + deviation * Self.truncatedNormal(&random))
            }
        case .varianceScaling:
            unsafe scaled(fanIn: fanIn, fanOut: fanOut).fill(
                elements, shape: shape, fanIn: fanIn, fanOut: fanOut, using: &random)
        case .orthogonal(let gain): unsafe Self.orthogonal(buffer, shape: shape, gain: gain, using: &random)
        case .identity(let gain):
            let columns = shape.dimensions.last ?? 1
            for index in buffer.indices {
                unsafe buffer[index] = index / columns == index % columns ? Float(gain) : 0
            }
        }
    }

    /// Variance scaling as the plain distribution it is for some fans.
    private func scaled(fanIn: Int, fanOut: Int) -> Initializer {
        guard case .varianceScaling(let scale, let fan, let distribution) = self else { return self }
        let inputs =
            switch fan {
            case .fanIn: Double(fanIn)
            case .fanOut: Double(fanOut)
            case .fanAverage: Double(fanIn + fanOut) / 2
            }
        let variance = scale / max(1, inputs)
        switch distribution {
        case .uniform: return .uniform(low: -(3 * variance).squareRoot(), high: (3 * variance).squareRoot())
        case .normal: return .normal(mean: 0, deviation: variance.squareRoot())
        // The deviation of a standard normal distribution that is cut at ±2.
        case .truncatedNormal:
            return .truncatedNormal(mean: 0, deviation: variance.squareRoot() / 0.879_625_661_034_239_78)
        }
    }

    private static func truncatedNormal(_ random: inout RandomSource) -> Double {
        while true {
            let value = random.normal()
            if abs(value) <= 2 { return value }
        }
    }
}
