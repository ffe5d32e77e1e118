package import JSON
import Training

/// Job objects of the API as people read them.
package enum JobText {
    /// A list, one line a job.
    package static func table(_ jobs: [JSONValue]) -> String {
        guard !jobs.isEmpty else { return "no jobs\n" }
        let rows =
            [["JOB", "MODEL", "STATE", "EPOCH", "METRICS"]]
            + jobs.map { job in
                [
                    job["id"]?.string ?? "", job["model"]?.string ?? "", job["state"]?.string ?? "",
                    "\(job["epoch"]?.int ?? 0)/\(job["epochs"]?.int ?? 0)", metrics(job),
                ]
            }
        let widths = (0..<4).map { column in rows.map(\.[column].count).max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                + "  " + row[4] + "\n"
        }.joined()
    }

    /// Everything about one job.
    /// - Parameters:
    ///   - job: The job.
    ///   - history: Its epochs, as `/metrics` lists them.
    /// - Returns: A line for each thing that is known.
    package static func details(_ job: JSONValue, history: [JSONValue]) -> String {
        var lines = [("job", job["id"]?.string ?? ""), ("model", job["model"]?.string ?? "")]
        lines.append(
            ("state", [job["state"]?.string, job["phase"]?.string].compactMap(\.self).joined(separator: ", ")))
        if let reason = job["reason"]?.string { lines.append(("reason", reason)) }
        if let version = job["version"]?.int { lines.append(("version", "\(version)")) }
        lines.append(("progress", progress(job)))
        for name in ["train_loss", "validation_loss", "validation_accuracy"] {
            let values = history.compactMap { $0["metrics"]?[name]?.double }
            if values.count > 1 { lines.append((name, Sparkline.text(values))) }
        }
        lines += (job["metrics"]?.members ?? []).map { ("  \($0.name)", JSONFields.text($0.value)) }
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 + "\n" }.joined()
    }

    /// One line for a job that runs: `[█████     ]  52 %  epoch 6/10  4812 samples/s  12 s left  train_loss 0.31`.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - losses: The losses so far, shown as a curve when there are several.
    /// - Returns: The line.
    package static func progress(_ job: JSONValue, losses: [Double] = []) -> String {
        let total = (job["steps_per_epoch"]?.int ?? 0) * (job["epochs"]?.int ?? 0)
        let isOver = job["state"]?.string == "succeeded"
        let fraction = isOver ? 1 : total > 0 ? Double(job["step"]?.int ?? 0) / Double(total) : 0
        var parts = [ProgressBar().text(fraction), "epoch \(job["epoch"]?.int ?? 0)/\(job["epochs"]?.int ?? 0)"]
        if !isOver, let rate = job["samples_per_second"]?.double, rate > 0 { parts.append("\(Int(rate)) samples/s") }
        if !isOver, let seconds = job["eta_seconds"]?.double { parts.append("\(Int(seconds.rounded(.up))) s left") }
        let figures = metrics(job)
        if !figures.isEmpty { parts.append(figures) }
        if losses.count > 1 { parts.append(Sparkline.text(losses, width: 16)) }
        return parts.joined(separator: "  ")
    }

    /// The figures that people look at first.
    private static func metrics(_ job: JSONValue) -> String {
        let names = ["train_loss", "validation_accuracy", "validation_mse", "test_accuracy", "test_mse"]
        return names.compactMap { name in
            (job["metrics"]?[name]?.double ?? (name == "train_loss" ? job["train_loss"]?.double : nil)).map {
                "\(name) \(rounded($0))"
            }
        }.joined(separator: "  ")
    }

    /// Four digits behind the point.
    static func rounded(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
        return "\((value * 10_000).rounded() / 10_000)"
    }
}
