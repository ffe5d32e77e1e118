package import JSON

/// The figures of every epoch of a training so far.
package struct TrainingHistory: Sendable, Equatable {
    /// One epoch.
    package struct Epoch: Sendable, Equatable {
        /// From 1.
        package let number: Int
        /// `train_loss`, `validation_accuracy`, `learning_rate`, …
        package let metrics: MetricList

        package init(number: Int, metrics: MetricList) {
            self.number = number
            self.metrics = metrics
        }
    }

    package private(set) var epochs: [Epoch] = []

    package init() {}

    /// Takes the figures of the next epoch.
    package mutating func append(_ epoch: Epoch) { epochs.append(epoch) }

    /// The names of all figures, in the order in which they first came.
    package var names: [String] {
        epochs.reduce(into: []) { names, epoch in
            for entry in epoch.metrics.entries where !names.contains(entry.name) { names.append(entry.name) }
        }
    }

    /// The values of a figure, and the epochs that have it.
    package func values(of name: String) -> [(epoch: Int, value: Double)] {
        epochs.compactMap { epoch in epoch.metrics[name].map { (epoch.number, $0) } }
    }

    /// A list of the epochs: `[{"epoch": 1, "train_loss": 0.5}]`.
    package var json: JSONValue {
        .array(
            epochs.map { epoch in
                .object([JSONMember("epoch", .integer(epoch.number))] + (epoch.metrics.json.members ?? []))
            })
    }

    /// Reads such a list.
    package init(json: JSONValue, path: String = "history") throws(FieldError) {
        guard let elements = json.array else {
            throw FieldError(path: path, expected: "a list", found: JSONFields.text(json))
        }
        for (index, element) in elements.enumerated() {
            let place = "\(path)[\(index)]"
            guard let members = element.members, let number = element["epoch"]?.int else {
                throw FieldError(path: place, expected: "an epoch's figures", found: JSONFields.text(element))
            }
            let metrics = try MetricList(json: .object(members.filter { $0.name != "epoch" }), path: place)
            epochs.append(Epoch(number: number, metrics: metrics))
        }
    }
}
