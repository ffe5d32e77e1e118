import Tensors

/// An operator whose weights are packed alike for all sizes: as soon as a model is compiled, right from where they are,
/// and released.
protocol EarlyPacking: Operator {
    /// Packs the weights.
    /// - Parameters:
    ///   - kernels: What they are packed for.
    ///   - keep: Called with each label under which `lower` asks for packed weights, and what makes them.
    func pack(_ kernels: Kernels, _ keep: (_ label: String, _ make: () -> AlignedStorage) -> Void)
}
