package import JSON

/// The weights of classes in the loss, as a train request declares them.
package enum ClassWeights: Sendable, Equatable {
    /// rows / (classes · rows of the class), as scikit-learn's "balanced": every class counts alike.
    case balanced
    /// One for every class, in the order of the classes.
    case list([Double])
    /// By the class's name; a class that is not named has 1.
    case named([String: Double])

    /// Reads `"balanced"`, a list of numbers or an object of numbers by class.
    package init(json: JSONValue, path: String = "class_weights") throws(FieldError) {
        switch json {
        case .string("balanced"): self = .balanced
        case .array(let elements):
            var weights: [Double] = []
            for (index, element) in elements.enumerated() {
                weights.append(try Self.weight(element, path: "\(path)[\(index)]"))
            }
            self = .list(weights)
        case .object(let members):
            var weights: [String: Double] = [:]
            for member in members {
                weights[member.name] = try Self.weight(member.value, path: "\(path).\(member.name)")
            }
            self = .named(weights)
        default:
            throw FieldError(
                path: path, expected: "\"balanced\", a list of numbers or an object of numbers by class",
                found: JSONFields.text(json))
        }
    }

    /// The declaration.
    package var json: JSONValue {
        switch self {
        case .balanced: "balanced"
        case .list(let weights): JSONValue(weights)
        case .named(let weights):
            .object(weights.sorted { $0.key < $1.key }.map { JSONMember($0.key, .number($0.value)) })
        }
    }

    /// The weight of every class.
    /// - Parameters:
    ///   - classes: their names, in the model's order.
    ///   - counts: training rows of each.
    ///   - path: where the declaration stands in its document.
    /// - Returns: [classes]
    /// - Throws: when the declaration does not fit the classes.
    package func weights(
        classes: [String], counts: [Int], path: String = "class_weights"
    ) throws(FieldError) -> [Float] {
        switch self {
        case .balanced:
            let rows = Double(counts.reduce(0, +))
            return counts.map { $0 == 0 ? 1 : Float(rows / (Double(classes.count) * Double($0))) }
        case .list(let weights):
            guard weights.count == classes.count else {
                throw FieldError(path: path, expected: "\(classes.count) weights", found: "\(weights.count)")
            }
            return weights.map { Float($0) }
        case .named(let weights):
            for name in weights.keys.sorted() where !classes.contains(name) {
                throw FieldError(path: "\(path).\(name)", expected: "a class of the data", found: "an unknown one")
            }
            return classes.map { Float(weights[$0] ?? 1) }
        }
    }

    private static func weight(_ value: JSONValue, path: String) throws(FieldError) -> Double {
        guard let weight = value.double, weight >= 0, weight <= 1e6 else {
            throw FieldError(path: path, expected: "a number in 0...1000000", found: JSONFields.text(value))
        }
        return weight
    }
}
