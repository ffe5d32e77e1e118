import Glibc
import JSON
import TestSupport
import Testing

/// A daemon with a directory of models and one of data that stay when it ends, and that can be started on them again.
final class TrainingDaemon {
    /// Something that did not come about in time.
    struct Late: Error {
        let what: String
        let log: String
    }

    let folder: TemporaryDirectory
    private let settings: [String: String]
    private let launcher: [String]
    private(set) var process: ApusProcess
    private(set) var port: UInt16

    /// Starts it, with 120 rows of two numbers and a word that depends on them in `points.csv`.
    /// - Parameters:
    ///   - folder: Where its directories `models` and `data` and its files are.
    ///   - settings: Variables of its environment.
    ///   - launcher: What starts it, as `ApusProcess` takes it.
    /// - Throws: `Late`.
    init(_ folder: TemporaryDirectory, settings: [String: String] = [:], launcher: [String] = []) throws {
        (self.folder, self.settings, self.launcher) = (folder, settings, launcher)
        folder.makeDirectory("models")
        folder.makeDirectory("data")
        let rows = (0..<120).map { row in
            let (x, y) = (Double(row * 37 % 101) / 50 - 1, Double(row * 53 % 97) / 48 - 1)
            return "\(x),\(y),\(x + y > 0 ? "up" : "down")"
        }
        folder.write((["x,y,label"] + rows).joined(separator: "\n") + "\n", to: "points.csv")
        (process, port) = try Self.start(folder, settings, launcher)
    }

    private static func start(
        _ folder: TemporaryDirectory, _ settings: [String: String], _ launcher: [String]
    ) throws -> (ApusProcess, UInt16) {
        let process = try ApusProcess.serving(
            ["--models", folder.path + "/models", "--data", folder.path + "/data"], environment: settings,
            launcher: launcher)
        guard let port = process.port(seconds: 60), process.logs(" ready ", seconds: 60) else {
            throw Late(what: "the daemon", log: process.log)
        }
        return (process, port)
    }

    /// Starts it once more, after it has ended; `other` are variables of its environment that are not as before.
    func restart(_ other: [String: String] = [:]) throws {
        (process, port) = try Self.start(folder, settings.merging(other) { $1 }, launcher)
    }

    /// The model that one process makes of `points.csv` without a break.
    func uninterrupted(_ request: String) throws -> [UInt8] {
        let name = "whole-\(UInt64.random(in: 0 ... .max))"
        let whole = try ApusProcess([
            "train", "--dataset", folder.path + "/points.csv", "--output", "\(folder.path)/\(name)", "--request",
            folder.write(request, to: name + ".json"),
        ])
        let bytes = whole.wait(seconds: 60) == 0 ? contents(of: "\(folder.path)/\(name)/model.safetensors") : []
        guard !bytes.isEmpty else { throw Late(what: "a training", log: whole.log) }
        return bytes
    }

    /// Ends it as `kill -9` does.
    func kill() {
        process.signal(SIGKILL)
        _ = process.wait(seconds: 60)
    }

    /// Ends it as a service manager does.
    /// - Returns: Its exit status.
    func stop() -> Int32? {
        process.signal(SIGTERM)
        return process.wait(seconds: 60)
    }

    // MARK: Asking

    /// The answer to one GET, as JSON.
    func get(_ path: String) throws -> JSONValue {
        guard let response = Client.get(path, port: port) else { throw Late(what: path, log: process.log) }
        return try JSONValue(parsing: response.body)
    }

    /// The answer to one POST of JSON on a connection of its own.
    func post(_ path: String, _ body: String, fields: String = "") throws -> Response {
        guard let client = Client(port: port),
            let response = client.post(path, body, fields: "Content-Type: application/json\r\n" + fields)
        else { throw Late(what: path, log: process.log) }
        return response
    }

    /// Sends a CSV file as a dataset; `points.csv` for nil.
    func upload(_ name: String = "points", _ csv: String? = nil) throws -> Response {
        let text = csv ?? text(of: folder.path + "/points.csv")
        guard let client = Client(port: port),
            let response = client.post("/v1/datasets?name=\(name)", text, fields: "Content-Type: text/csv\r\n")
        else { throw Late(what: "the answer to a dataset", log: process.log) }
        return response
    }

    /// Asks for a training.
    /// - Returns: The job's name.
    func train(_ model: String, _ request: String, key: String? = nil) throws -> String {
        let answer = try post(
            "/v1/models/\(model)/train", request, fields: key.map { "Idempotency-Key: \($0)\r\n" } ?? "")
        guard answer.status == 202, let id = try JSONValue(parsing: answer.body)["id"]?.string else {
            throw Late(what: "a job instead of \(answer.text)", log: process.log)
        }
        return id
    }

    /// The job as soon as it satisfies a condition.
    /// - Throws: `Late` after a minute.
    func job(_ id: String, when condition: (JSONValue) -> Bool) throws -> JSONValue {
        var job = JSONValue.null
        for _ in 0..<3000 {
            job = try get("/v1/jobs/\(id)")
            if condition(job) { return job }
            usleep(20_000)
        }
        throw Late(what: "the state of \(job.text)", log: process.log)
    }

    /// The job when it has ended.
    func end(_ id: String) throws -> JSONValue {
        try job(id) { ["succeeded", "failed", "cancelled"].contains($0["state"]?.string) }
    }
}
