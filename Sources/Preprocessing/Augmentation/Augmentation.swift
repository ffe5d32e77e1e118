package import JSON
package import Tensors

/// Changes that training samples go through at random, so that a model does not depend on them. Validation, testing and
/// serving leave samples as they are.
package struct Augmentation: Sendable, Equatable {
    package init(json: JSONValue) throws(FieldError) {
        let fields = try JSONFields(json)
        try fields.finish()
    }

    /// Refuses samples that it cannot be applied to.
    package func check(shape: [Int]) throws(FieldError) {}

    /// Changes a sample in place.
    package func apply(
        to sample: UnsafeMutablePointer<Float>, shape: [Int], using random: inout RandomSource
    ) {}
}
