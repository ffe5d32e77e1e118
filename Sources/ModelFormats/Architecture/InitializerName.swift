/// The initialisers that an architecture may name, as Keras and PyTorch spell them; training fills parameters by them.
package enum InitializerName {
    /// PyTorch's initialiser of most layers: uniform in ±1/√fanIn.
    static let pytorchUniform = "pytorch_uniform"

    /// All names, sorted.
    package static let all = [
        "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity", "kaiming_normal", "kaiming_uniform",
        "lecun_normal", "lecun_uniform", "normal", "ones", "orthogonal", "pytorch_uniform", "random_normal",
        "random_uniform", "trunc_normal", "truncated_normal", "uniform", "xavier_normal", "xavier_uniform", "zeros",
    ]

    /// The initialiser of weights that multiply.
    static func weight(_ convention: InitializerConvention) -> String {
        convention == .keras ? "glorot_uniform" : pytorchUniform
    }

    /// The initialiser of biases.
    static func bias(_ convention: InitializerConvention) -> String {
        convention == .keras ? "zeros" : pytorchUniform
    }
}
