package import JSON

/// How large gradients may become.
package enum GradientClip: Sendable, Equatable {
    case none
    /// All gradients together are scaled down to this Euclidean norm, as PyTorch's `clip_grad_norm_` does.
    case norm(Double)
    /// Every gradient by itself is clamped to ± this.
    case value(Double)

    /// Reads `{"norm": 1}` or `{"value": 0.5}`.
    package init(json: JSONValue, path: String = "gradient_clip") throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let norm = try fields.number("norm", in: 1e-12...1e12)
        let value = try fields.number("value", in: 1e-12...1e12)
        try fields.finish()
        switch (norm, value) {
        case (let norm?, nil): self = .norm(norm)
        case (nil, let value?): self = .value(value)
        default:
            throw FieldError(path: path, expected: "either \"norm\" or \"value\"", found: norm == nil ? "none" : "both")
        }
    }

    /// The declaration; nil for none.
    package var json: JSONValue? {
        switch self {
        case .none: nil
        case .norm(let norm): ["norm": .number(norm)]
        case .value(let value): ["value": .number(value)]
        }
    }

    /// Whether `scale` needs the norm of all gradients.
    package var needsNorm: Bool { if case .norm = self { true } else { false } }

    /// What every gradient is multiplied by, given the norm of them all.
    package func scale(norm: Double) -> Float {
        guard case .norm(let most) = self else { return 1 }
        return Float(min(1, most / (norm + 1e-6)))
    }

    /// What every gradient is clamped to ±.
    package var limit: Float {
        if case .value(let value) = self { Float(value) } else { .infinity }
    }
}
