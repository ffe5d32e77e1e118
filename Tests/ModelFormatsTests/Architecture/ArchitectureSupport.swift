import Graphs
import Tensors

@testable import ModelFormats

/// Random parameters of an architecture, by name; those that statistics divide by are positive.
func randomParameters(of architecture: Architecture, seed: UInt64 = 5) -> [String: Tensor] {
    var random = RandomSource(seed: seed)
    var result: [String: Tensor] = [:]
    for spec in architecture.parameters {
        let low: Float = spec.isTrainable ? -0.5 : 0.1
        result[spec.name] = Tensor(random.uniform(count: spec.shape.elementCount, in: low..<0.5), shape: spec.shape)
    }
    return result
}
