import JSON
package import Jobs
import Training

/// Shows a training that runs in this process: a line that moves, the figures of each epoch, and log lines.
package final class TrainingDisplay {
    private let line = StatusLine()
    private var progress = JobProgress()
    /// Of each epoch.
    private var losses: [Double] = []
    /// Of each report.
    private var recent: [Double] = []

    package init() {}

    /// Writes a message as a line of JSON, as a worker does.
    package static func print(_ message: WorkerMessage) {
        try? StandardStream.output.write(message.json.bytes + [0x0A])
    }

    /// Shows a message.
    package func show(_ message: WorkerMessage) {
        switch message {
        case .state(let state, let phase):
            if state != .running {
                line.show(phase.isEmpty || phase == state.rawValue ? state.rawValue : "\(state.rawValue), \(phase)")
            }
        case .progress(let newer):
            progress = newer
            if let loss = newer.trainLoss { recent.append(loss) }
            line.show(JobText.progress(.object(newer.members), losses: recent))
        case .metrics(let data): showEpoch(data)
        case .log(_, let text): remark(text)
        case .checkpoint: break
        case .result, .error: line.end()
        }
    }

    private func showEpoch(_ data: JSONValue) {
        let figures = (data["metrics"]?.members ?? []).filter { $0.name != "learning_rate" }
        if let loss = data["metrics"]?["train_loss"]?.double { losses.append(loss) }
        let text = figures.map { "\($0.name) \(JobText.rounded($0.value.double ?? .nan))" }.joined(separator: "  ")
        remark("epoch \(data["epoch"]?.int ?? 0)/\(progress.epochs)  \(Sparkline.text(losses, width: 20))  \(text)")
    }

    /// A line of its own, above the one that moves.
    private func remark(_ text: String) {
        line.clear()
        StandardStream.error.remark(text + "\n")
    }
}
