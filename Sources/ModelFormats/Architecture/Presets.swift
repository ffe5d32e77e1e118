package import JSON

/// Architectures by name, sized from the data.
package enum Presets {
    /// What the model is to answer.
    package enum Output: Sendable, Equatable {
        /// A probability for each of so many classes.
        case classes(Int)
        /// The probability of one of two classes.
        case binary
        /// So many probabilities, each for itself.
        case decisions(Int)
        /// So many numbers.
        case values(Int)
    }

    /// What of a sequence is filling, which no step of an LSTM looks at.
    package enum Filling: Sendable, Equatable {
        case none
        /// The steps behind a length that comes with each sequence.
        case end
        /// Steps in which all features have this value.
        case steps(of: Float)
    }

    /// The names, sorted.
    package static let names = ["mlp", "seed-cnn", "seed-lstm"]

    /// The architecture of a preset.
    /// - Parameters:
    ///   - name: One of `names`.
    ///   - sample: The shape of one sample, without the batch.
    ///   - output: What the last layer gives.
    ///   - filling: What of the samples is none of their own.
    ///   - path: Where the name stands in its document, for messages.
    /// - Returns: An architecture whose input is `sample`.
    /// - Throws: `FieldError` at `path` for a name that is none, and for data that the preset does not fit.
    package static func architecture(
        _ name: String, sample: [Int], output: Output, filling: Filling = .none, path: String = "preset"
    ) throws(FieldError) -> Architecture {
        let layers: [JSONValue]
        var (convention, hasLengths) = (InitializerConvention.keras, false)
        switch name {
        case "mlp": layers = mlp(sample)
        case "seed-cnn": layers = try seedCNN(sample, path: path)
        case "seed-lstm":
            layers = try mask(filling) + seedLSTM(sample, path: path)
            hasLengths = filling == .end
            convention = .pytorch
        default:
            let known = names.map { "\"\($0)\"" }.joined(separator: ", ")
            throw FieldError(path: path, expected: "one of \(known)", found: JSONFields.text(.string(name)))
        }
        let json: JSONValue = [
            "name": .string(name), "initialization": .string(convention.rawValue), "input_shape": JSONValue(sample),
            "lengths": .bool(hasLengths), "layers": .array(layers + head(output)),
        ]
        do {
            return try Architecture(json: json)
        } catch {
            throw FieldError(
                path: path, expected: "a preset that the data fit", found: "\"\(name)\" for samples \(sample): \(error)"
            )
        }
    }

    /// The seed CNN: two convolutions with pooling and a hidden dense layer. Images too small for it without padding
    /// get padding.
    private static func seedCNN(_ sample: [Int], path: String) throws(FieldError) -> [JSONValue] {
        guard sample.count == 2 || sample.count == 3, min(sample[0], sample[1]) >= 4 else {
            throw FieldError(
                path: path, expected: "images [height, width] or [height, width, channels] of at least 4 × 4",
                found: "samples \(sample)")
        }
        let padding: JSONValue = min(sample[0], sample[1]) >= 10 ? "valid" : "same"
        func convolution(_ filters: Int) -> JSONValue {
            [
                "type": "Conv2D", "filters": .integer(filters), "kernel_size": 3, "padding": padding,
                "activation": "relu",
            ]
        }
        let pooling: JSONValue = ["type": "MaxPooling2D", "pool_size": 2]
        let reshape: [JSONValue] =
            sample.count == 3 ? [] : [["type": "Reshape", "target_shape": JSONValue(sample + [1])]]
        return reshape + [
            convolution(32), pooling, convolution(64), pooling, ["type": "Flatten"],
            ["type": "Dense", "units": 64, "activation": "relu"],
        ]
    }

    /// The seed LSTM: 50 hidden units and a linear layer on the last of them, with PyTorch's two bias vectors. A sample
    /// is a sequence [steps] or [steps, features]; what else an image has counts as features of its rows.
    private static func seedLSTM(_ sample: [Int], path: String) throws(FieldError) -> [JSONValue] {
        guard (1...3).contains(sample.count) else {
            throw FieldError(
                path: path, expected: "sequences [steps] or [steps, features]", found: "samples \(sample)")
        }
        let target = [sample[0], sample.dropFirst().reduce(1, *)]
        let reshape: [JSONValue] =
            sample.count == 2 ? [] : [["type": "Reshape", "target_shape": JSONValue(target)]]
        return reshape + [["type": "LSTM", "name": "lstm", "units": 50]]
    }

    /// What tells filling from steps.
    private static func mask(_ filling: Filling) -> [JSONValue] {
        guard case .steps(let value) = filling else { return [] }
        return [["type": "Masking", "mask_value": .number(Double(value))]]
    }

    /// Two hidden dense layers.
    private static func mlp(_ sample: [Int]) -> [JSONValue] {
        let flatten: [JSONValue] = sample.count == 1 ? [] : [["type": "Flatten"]]
        return flatten + [
            ["type": "Dense", "units": 128, "activation": "relu"],
            ["type": "Dense", "units": 64, "activation": "relu"],
        ]
    }

    /// The last layer, and what makes probabilities of its result; training's losses take the result before that.
    private static func head(_ output: Output) -> [JSONValue] {
        switch output {
        case .classes(let count): [["type": "Dense", "units": .integer(count)], ["type": "Softmax"]]
        case .binary: head(.decisions(1))
        case .decisions(let count): [["type": "Dense", "units": .integer(count)], ["type": "Sigmoid"]]
        case .values(let count): [["type": "Dense", "units": .integer(count)]]
        }
    }
}
