import Glibc
import JSON
import TestSupport
import Testing

/// The loop that is closed: data in, served version out, with the built executable.
struct TrainingTests {
    /// 120 rows of two numbers and a word that depends on them, in their own directory with models and data.
    private let folder = TemporaryDirectory()

    init() {
        folder.makeDirectory("models")
        let rows = (0..<120).map { row in
            let (x, y) = (Double(row * 37 % 101) / 50 - 1, Double(row * 53 % 97) / 48 - 1)
            return "\(x),\(y),\(x + y > 0 ? "up" : "down")"
        }
        folder.write((["x,y,label"] + rows).joined(separator: "\n") + "\n", to: "points.csv")
    }

    /// A daemon on this directory; `share` slows its jobs down, so that there is time to disturb them.
    private func serve(share: Double = 1, data: String? = nil) throws -> (ApusProcess, UInt16) {
        let apus = try ApusProcess.serving(
            ["--models", folder.path + "/models", "--data", data ?? folder.path + "/data"],
            environment: ["APUS_TRAINING_SHARE": "\(share)", "APUS_TRAINING_THREADS": "1"])
        return (apus, try #require(apus.port(), "\(apus.log)"))
    }

    private func upload(_ port: UInt16) throws {
        let client = try #require(Client(port: port))
        let answer = client.post(
            "/v1/datasets?name=points", text(of: folder.path + "/points.csv"), fields: "Content-Type: text/csv\r\n")
        #expect(answer?.status == 201, "\(answer?.text ?? "")")
    }

    private func json(_ response: Response?) throws -> JSONValue {
        try JSONValue(parsing: try #require(response).body)
    }

    /// Submits a training of 40 epochs with a checkpoint every ten steps.
    private func train(_ port: UInt16, _ members: String = "\"publish\": \"always\"") throws -> String {
        let client = try #require(Client(port: port))
        let answer = client.post("/v1/models/points/train", Self.request(members))
        #expect(answer?.status == 202, "\(answer?.text ?? "")")
        return try #require(try json(answer)["id"]?.string)
    }

    private static func request(_ members: String) -> String {
        """
        {"dataset": "points", "preset": "mlp", "epochs": 40, "batch_size": 16, "seed": 3,
         "checkpoint": {"every_steps": 10}, \(members)}
        """
    }

    /// The job as soon as it satisfies `condition`, or as it is after 30 s.
    private func wait(_ port: UInt16, _ job: String, _ condition: (JSONValue) -> Bool) throws -> JSONValue {
        for _ in 0..<1500 {
            let job = try json(Client.get("/v1/jobs/\(job)", port: port))
            if condition(job) { return job }
            usleep(20_000)
        }
        return try json(Client.get("/v1/jobs/\(job)", port: port))
    }

    private func end(_ port: UInt16, _ job: String) throws -> JSONValue {
        try wait(port, job) { ["succeeded", "failed", "cancelled"].contains($0["state"]?.string) }
    }

    @Test func trainsAVersionThatServes() throws {
        let (apus, port) = try serve()
        try upload(port)
        let id = try train(port)
        let job = try end(port, id)
        #expect(job["state"] == "succeeded" && job["version"] == 1, "\(job.text) \(apus.log)")
        #expect((job["metrics"]?["test_accuracy"]?.double ?? 0) > 0.7)
        let client = try #require(Client(port: port))
        let rows = #"{"instances": [{"x": 0.9, "y": 0.8}, {"x": -0.9, "y": -0.7}]}"#
        #expect(try json(client.post("/v1/models/points/predict", rows))["classes"] == ["up", "down"])
        let seen = try json(client.post("/v1/models/points/preprocess", rows))
        #expect(seen["inputs"]?.members?.first?.value["shape"] == [2, 2])
        let evaluation = try json(client.post("/v1/models/points/evaluate", #"{"dataset": "points"}"#))
        #expect(evaluation["metrics"]?["accuracy"] == job["metrics"]?["test_accuracy"], "\(evaluation.text)")
        let history = try json(client.get("/v1/jobs/\(id)/metrics"))["metrics"]?.array ?? []
        #expect(history.count == 40)
        let better = try end(port, try train(port, #""publish": "if_better""#))
        #expect(better["state"] == "succeeded" && better["version"] == .null, "\(better.text)")
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func goesOnAfterEachKillAndMakesTheSameModel() throws {
        let whole = try ApusProcess([
            "train", "--dataset", folder.path + "/points.csv", "--request",
            folder.write(Self.request("\"title\": \"x\""), to: "request.json"), "--output", folder.path + "/whole",
            "--threads", "1",
        ])
        #expect(whole.wait() == 0, "\(whole.log)")
        var (apus, port) = try serve(share: 0.03)
        try upload(port)
        let id = try train(port, #""title": "x""#)
        for kill in 1...4 {
            _ = try wait(port, id) { ($0["step"]?.int ?? 0) >= kill * 40 || $0["state"] == "succeeded" }
            apus.signal(SIGKILL)
            #expect(apus.wait() == -SIGKILL)
            (apus, port) = try serve(share: kill < 4 ? 0.03 : 1)
        }
        let job = try end(port, id)
        #expect(job["state"] == "succeeded", "\(job.text) \(apus.log)")
        let bytes = contents(of: folder.path + "/data/jobs/\(id)/bundle/model.safetensors")
        #expect(!bytes.isEmpty && bytes == contents(of: folder.path + "/whole/model.safetensors"))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func aStopInterruptsAJobAndAStartGoesOn() throws {
        let (first, port) = try serve(share: 0.03)
        try upload(port)
        let id = try train(port)
        _ = try wait(port, id) { ($0["step"]?.int ?? 0) >= 20 }
        first.signal(SIGTERM)
        #expect(first.wait() == 0, "\(first.log)")
        let (second, newPort) = try serve()
        let job = try end(newPort, id)
        #expect(job["state"] == "succeeded" && job["version"] == 1, "\(job.text)")
        let logs = try json(Client.get("/v1/jobs/\(id)/logs", port: newPort))
        #expect(logs.text.contains("going on after step"))
        second.signal(SIGTERM)
        #expect(second.wait() == 0)
    }

    /// The second time that a step is taken, it is two thousand times as far off.
    private static let diverging = """
        "target": {"column": "x", "type": "regression"}, "optimizer": {"name": "sgd", "learning_rate": 1000}
        """

    @Test func saysWhereTheLossIsNoNumber() throws {
        let (apus, port) = try serve()
        try upload(port)
        let job = try end(port, try train(port, Self.diverging))
        #expect(job["state"] == "failed" && job["error"]?["code"] == "diverged", "\(job.text)")
        #expect(job["reason"]?.string?.contains("step ") == true)
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func saysThatTheMemoryWasNotEnough() throws {
        let (apus, port) = try serve()
        try upload(port)
        let layers = #"[{"type": "Dense", "units": 4000000, "activation": "relu"}, {"type": "Dense", "units": 2}]"#
        let client = try #require(Client(port: port))
        let answer = client.post(
            "/v1/models/points/train",
            #"{"dataset": "points", "epochs": 1, "memory_limit_mb": 32, "architecture": {"input_shape": [2], "layers": "#
                + layers + "}}")
        let job = try end(port, try #require(try json(answer)["id"]?.string, "\(answer?.text ?? "")"))
        #expect(job["state"] == "failed" && job["error"]?["code"] == "out_of_memory", "\(job.text)")
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func twoDaemonsDoNotShareADirectory() throws {
        folder.makeDirectory("data")
        let (first, _) = try serve()
        let second = try ApusProcess.serving(["--data", folder.path + "/data"])
        #expect(second.wait() == 78)
        #expect(second.log.contains("is in use by process "))
        first.signal(SIGTERM)
        #expect(first.wait() == 0)
    }

    @Test func servesWithoutAPlaceToTrain() throws {
        let (apus, port) = try serve(data: "/proc/apus-data")
        #expect(apus.logs(" ready "))
        let client = try #require(Client(port: port))
        #expect(client.get("/livez")?.status == 200)
        let answer = try #require(client.get("/v1/datasets"))
        #expect(answer.status == 503 && answer.text.contains("/proc/apus-data"))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func leavesNoTraceWhenItOnlyServes() throws {
        let (apus, port) = try serve()
        #expect(Client.get("/livez", port: port)?.status == 200)
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
        #expect(access(folder.path + "/data", F_OK) != 0)
    }

    @Test func trainsAndEvaluatesWithoutAServer() throws {
        let train = try ApusProcess([
            "train", "--dataset", folder.path + "/points.csv", "--preset", "mlp", "--epochs", "30", "--seed", "1",
            "--model", "points", "--models", folder.path + "/models",
        ])
        #expect(train.wait() == 0, "\(train.log)")
        #expect(train.output == folder.path + "/models/points/1\n" && train.log.contains("epoch 30/30"))
        let evaluate = try ApusProcess([
            "evaluate", "--model", folder.path + "/models/points", "--dataset", folder.path + "/points.csv", "--json",
        ])
        #expect(evaluate.wait() == 0, "\(evaluate.log)")
        let result = try JSONValue(parsing: Array(evaluate.output.utf8))
        #expect(result["rows"] == 12 && (result["metrics"]?["accuracy"]?.double ?? 0) > 0.5)
        let nothing = try ApusProcess(["train", "--dataset", "nothing.csv", "--preset", "mlp", "--output", "out"])
        #expect(nothing.wait() == 65)
        let both = try ApusProcess(["train", "--dataset", "a.csv", "--output", "out", "--model", "m"])
        #expect(both.wait() == 64)
    }

    @Test(arguments: [
        (["--output", "."], "is there already"), (["--output", "none/out"], "expected a directory that is to hold it"),
        (["--model", "../m"], "is no model name"),
        (["--model", "m", "--models", "none"], "expected a directory of models"),
    ])
    func refusesADestinationBeforeItTrains(destination: [String], reason: String) throws {
        let train = try ApusProcess(
            ["train", "--dataset", folder.path + "/points.csv", "--preset", "mlp"] + destination)
        #expect(train.wait() == 65)
        #expect(train.log.contains(reason) && !train.log.contains("epoch"), "\(train.log)")
    }

    @Test func printsEventsAsJSON() throws {
        let train = try ApusProcess([
            "train", "--dataset", folder.path + "/points.csv", "--preset", "mlp", "--epochs", "2", "--output",
            folder.path + "/out", "--json",
        ])
        #expect(train.wait() == 0, "\(train.log)")
        let types = train.output.split(separator: "\n").compactMap { line in
            (try? JSONValue(parsing: Array(line.utf8)))?["type"]?.string
        }
        #expect(types.first == "state" && types.last == "result" && types.count { $0 == "metrics" } == 2)
    }

    @Test func showsJobs() throws {
        let (apus, port) = try serve()
        try upload(port)
        let id = try train(port)
        let url = ["--url", "http://127.0.0.1:\(port)/"]
        let watch = try ApusProcess(["jobs", "watch", id] + url)
        #expect(watch.wait(seconds: 40) == 0, "\(watch.log)")
        #expect(watch.output.contains("succeeded") && watch.output.contains("test_accuracy"))
        let list = try ApusProcess(["jobs"] + url)
        #expect(list.wait() == 0 && list.output.contains(id), "\(list.log)")
        let show = try ApusProcess(["jobs", "show", id, "--json"] + url)
        #expect(show.wait() == 0)
        #expect(try JSONValue(parsing: Array(show.output.utf8))["id"] == .string(id))
        let cancel = try ApusProcess(["jobs", "cancel", id] + url)
        #expect(cancel.wait() == 1 && cancel.log.contains("cannot be cancelled"))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }
}
