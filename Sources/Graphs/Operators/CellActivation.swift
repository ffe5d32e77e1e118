import Glibc
import Tensors

/// A function that makes a gate, a candidate or an output of a recurrent cell, by the name that ONNX gives it.
///
/// Each rises or is flat, so that training can take its slope from the result alone.
package enum CellActivation: Sendable, Equatable {
    case sigmoid, tanh, relu, softsign, softplus
    /// αx + β
    case affine(Float, Float)
    /// x above 0, else αx
    case leakyRelu(Float)
    /// x above α, else 0
    case thresholdedRelu(Float)
    /// x above 0, else α(eˣ − 1)
    case elu(Float)
    /// α tanh(βx)
    case scaledTanh(Float, Float)
    /// αx + β within 0 and 1
    case hardSigmoid(Float, Float)
    /// eˣ and SELU, which ONNX's cells do not have.
    case exponential, selu

    /// x itself.
    package static let linear = CellActivation.affine(1, 0)

    private static let seluScale = 1.0507009873554805
    private static let seluAlpha = 1.6732632423543772

    /// The activation of that name; alpha and beta are asked for where it has them.
    init?(name: String, alpha: () -> Float?, beta: () -> Float?) {
        switch name {
        case "Sigmoid": self = .sigmoid
        case "Tanh": self = .tanh
        case "Relu": self = .relu
        case "Softsign": self = .softsign
        case "Softplus": self = .softplus
        case "Affine": self = .affine(alpha() ?? 1, beta() ?? 0)
        case "LeakyRelu": self = .leakyRelu(alpha() ?? 0.01)
        case "ThresholdedRelu": self = .thresholdedRelu(alpha() ?? 1)
        case "Elu": self = .elu(alpha() ?? 1)
        case "ScaledTanh": self = .scaledTanh(alpha() ?? 1, beta() ?? 1)
        case "HardSigmoid": self = .hardSigmoid(alpha() ?? 0.2, beta() ?? 0.5)
        case "Exp": self = .exponential
        case "Selu": self = .selu
        default: return nil
        }
    }

    /// The name, and alpha and beta where it has them.
    package var onnx: (name: String, alpha: Float?, beta: Float?) {
        switch self {
        case .sigmoid: ("Sigmoid", nil, nil)
        case .tanh: ("Tanh", nil, nil)
        case .relu: ("Relu", nil, nil)
        case .softsign: ("Softsign", nil, nil)
        case .softplus: ("Softplus", nil, nil)
        case .affine(let alpha, let beta): ("Affine", alpha, beta)
        case .leakyRelu(let alpha): ("LeakyRelu", alpha, nil)
        case .thresholdedRelu(let alpha): ("ThresholdedRelu", alpha, nil)
        case .elu(let alpha): ("Elu", alpha, nil)
        case .scaledTanh(let alpha, let beta): ("ScaledTanh", alpha, beta)
        case .hardSigmoid(let alpha, let beta): ("HardSigmoid", alpha, beta)
        case .exponential: ("Exp", nil, nil)
        case .selu: ("Selu", nil, nil)
        }
    }

    /// The naive twin.
    func callAsFunction(_ x: Double) -> Double {
        switch self {
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: Glibc.tanh(x)
        case .relu: max(x, 0)
        case .softsign: x / (1 + abs(x))
        case .softplus: max(x, 0) + log1p(exp(-abs(x)))
        case .affine(let alpha, let beta): Double(alpha) * x + Double(beta)
        case .leakyRelu(let alpha): x > 0 ? x : Double(alpha) * x
        case .thresholdedRelu(let alpha): x > Double(alpha) ? x : 0
        case .elu(let alpha): x > 0 ? x : Double(alpha) * expm1(x)
        case .scaledTanh(let alpha, let beta): Double(alpha) * Glibc.tanh(Double(beta) * x)
        case .hardSigmoid(let alpha, let beta): min(max(Double(alpha) * x + Double(beta), 0), 1)
        case .exponential: exp(x)
        case .selu: Self.seluScale * (x > 0 ? x : Self.seluAlpha * expm1(x))
        }
    }

    /// dy/dx where the result is y; at a kink, the slope that PyTorch takes.
    func derivative(y: Float) -> Float {
        switch self {
        case .sigmoid: y * (1 - y)
        case .tanh: 1 - y * y
        case .relu, .thresholdedRelu: y > 0 ? 1 : 0
        case .softsign: (1 - abs(y)) * (1 - abs(y))
        case .softplus: 1 - Glibc.exp(-y)
        case .affine(let alpha, _): alpha
        case .leakyRelu(let alpha): y > 0 ? 1 : alpha
        case .elu(let alpha): y > 0 ? 1 : y + alpha
        case .scaledTanh(let alpha, let beta): beta * (alpha - y * y / alpha)
        case .hardSigmoid(let alpha, _): y > 0 && y < 1 ? alpha : 0
        case .exponential: y
        case .selu: y > 0 ? Float(Self.seluScale) : y + Float(Self.seluScale * Self.seluAlpha)
        }
    }

    /// y[i] = f(x[i]) for `count` elements; x and y may be the same.
    func apply(_ kernels: Kernels, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .sigmoid: unsafe kernels.sigmoid(x, into: y, count: count)
        case .tanh: unsafe kernels.tanh(x, into: y, count: count)
        case .relu: unsafe kernels.clamp(x, to: .relu, into: y, count: count)
        case .affine(1, 0): if unsafe y != x { unsafe y.update(from: x, count: count) }
        default: for index in 0..<count { unsafe y[index] = Float(self(Double(x[index]))) }
        }
    }
}
