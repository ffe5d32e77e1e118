extension Initializer {
    /// The initialisers that need no more than a name.
    ///
    /// `uniform` and `normal` are PyTorch's (0...1; mean 0, deviation 1), `random_uniform` and `random_normal` Keras's.
    /// `pytorch_uniform` is what PyTorch's Linear and Conv do to weight and bias, and its LSTM, GRU and RNN to all of
    /// theirs: uniform within ± 1 / √fan_in, for recurrent layers with the hidden units as fan_in.
    private static let named: [(name: String, initializer: Initializer)] = [
        ("zeros", .constant(0)), ("ones", .constant(1)),
        ("glorot_uniform", .varianceScaling(scale: 1, fan: .fanAverage, distribution: .uniform)),
        ("glorot_normal", .varianceScaling(scale: 1, fan: .fanAverage, distribution: .truncatedNormal)),
        ("he_uniform", .varianceScaling(scale: 2, fan: .fanIn, distribution: .uniform)),
        ("he_normal", .varianceScaling(scale: 2, fan: .fanIn, distribution: .truncatedNormal)),
        ("lecun_uniform", .varianceScaling(scale: 1, fan: .fanIn, distribution: .uniform)),
        ("lecun_normal", .varianceScaling(scale: 1, fan: .fanIn, distribution: .truncatedNormal)),
        ("random_uniform", .uniform(low: -0.05, high: 0.05)), ("random_normal", .normal(mean: 0, deviation: 0.05)),
        ("truncated_normal", .truncatedNormal(mean: 0, deviation: 0.05)), ("orthogonal", .orthogonal(gain: 1)),
        ("identity", .identity(gain: 1)),
        ("pytorch_uniform", .varianceScaling(scale: 1.0 / 3, fan: .fanIn, distribution: .uniform)),
        ("kaiming_uniform", .varianceScaling(scale: 2, fan: .fanIn, distribution: .uniform)),
        ("kaiming_normal", .varianceScaling(scale: 2, fan: .fanIn, distribution: .normal)),
        ("xavier_uniform", .varianceScaling(scale: 1, fan: .fanAverage, distribution: .uniform)),
        ("xavier_normal", .varianceScaling(scale: 1, fan: .fanAverage, distribution: .normal)),
        ("uniform", .uniform(low: 0, high: 1)), ("normal", .normal(mean: 0, deviation: 1)),
        ("trunc_normal", .truncatedNormal(mean: 0, deviation: 1)),
    ]

    /// The names that `init(named:)` knows.
    package static var names: [String] { named.map(\.name) }

    /// The initialiser of a name with its framework's defaults; nil for an unknown name.
    package init?(named name: String) {
        guard let entry = Self.named.first(where: { $0.name == name }) else { return nil }
        self = entry.initializer
    }
}
