/// How one class of Keras's layers becomes a layer of an architecture.
struct KerasRule: Sendable {
    /// The type in `architecture.json`; nil for the same name.
    let type: String?
    let settings: [KerasSetting]
    let weights: KerasWeightKind
    /// Whether a trained model is not changed by whatever its settings are.
    var ignoresSettings = false

    /// What changes images at random in training only.
    static let augmentation = {
        var rule = KerasRule(as: "Identity")
        rule.ignoresSettings = true
        return rule
    }()

    init(_ settings: [KerasSetting] = [], _ weights: KerasWeightKind = .none, as type: String? = nil) {
        (self.settings, self.weights, self.type) = (settings, weights, type)
    }
}
