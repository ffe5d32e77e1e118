package import JSON

/// How far a training has come.
package struct JobProgress: Sendable, Equatable {
    /// The epoch at hand, from 1 on.
    package var epoch = 0
    /// Epochs asked for.
    package var epochs = 0
    /// Steps taken, over all epochs.
    package var step = 0
    package var stepsPerEpoch = 0
    package var samplesPerSecond = 0.0
    /// Seconds until the last epoch ends; nil while nobody knows.
    package var etaSeconds: Double?
    /// Mean loss since the last report.
    package var trainLoss: Double?

    package init() {}

    /// Reads the members that are there; others keep their defaults.
    package init(_ value: JSONValue) {
        epoch = value["epoch"]?.int ?? 0
        epochs = value["epochs"]?.int ?? 0
        step = value["step"]?.int ?? 0
        stepsPerEpoch = value["steps_per_epoch"]?.int ?? 0
        samplesPerSecond = value["samples_per_second"]?.double ?? 0
        etaSeconds = value["eta_seconds"]?.double
        trainLoss = value["train_loss"]?.double
    }

    /// The members of a job object, in their order.
    package var members: [JSONMember] {
        [
            JSONMember("epoch", .integer(epoch)), JSONMember("epochs", .integer(epochs)),
            JSONMember("step", .integer(step)), JSONMember("steps_per_epoch", .integer(stepsPerEpoch)),
            JSONMember("samples_per_second", .number(samplesPerSecond)),
            JSONMember("eta_seconds", etaSeconds.map { .number($0) } ?? .null),
            JSONMember("train_loss", trainLoss.map { .number($0) } ?? .null),
        ]
    }

    /// The same as an object.
    package var json: JSONValue { .object(members) }
}
