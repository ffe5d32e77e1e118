import Glibc
import TestSupport
import Testing

/// The built executable, driven by arguments, bytes and signals.
struct ExecutableTests {
    // MARK: Serving

    @Test func servesOnAPortOfTheSystemsChoiceAndStopsAtSIGTERM() throws {
        let apus = try ApusProcess.serving()
        let port = try #require(apus.port())
        #expect(apus.logs(" ready "))
        #expect(apus.log.contains("models=digits-cnn/1,digits-lstm/1"))
        #expect(Client.get("/livez", port: port)?.status == 200)
        #expect(Client.get("/readyz", port: port)?.status == 200)
        let health = try ApusProcess(["health", "--url", "http://127.0.0.1:\(port)/readyz"])
        #expect(health.wait() == 0)
        #expect(health.output.hasPrefix("200 "))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
        #expect(apus.log.contains("stopping"))
    }

    @Test func everySettingIsLoggedWithItsOrigin() throws {
        let apus = try ApusProcess.serving(environment: ["APUS_LOG_LEVEL": "info"])
        #expect(apus.logs(" ready "))
        #expect(apus.log.contains("setting server.port = 0 (--port)\n"))
        #expect(apus.log.contains("setting server.host = \"127.0.0.1\" (default)\n"))
        #expect(apus.log.contains("setting log.level = \"info\" (APUS_LOG_LEVEL)\n"))
        apus.signal(SIGINT)
        #expect(apus.wait() == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aRequestInFlightIsAnsweredBeforeTheEnd(signal: Int32) throws {
        let apus = try ApusProcess.serving(environment: ["APUS_SERVER_LOOPS": "1"])
        let port = try #require(apus.port())
        #expect(apus.logs(" ready "))
        let client = try #require(Client(port: port))
        client.send("POST /v1/models/digits-cnn/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n{\"inst")
        // The half request has arrived when the only loop has answered later connections.
        for _ in 0..<2 { #expect(Client.get("/livez", port: port) != nil) }
        apus.signal(signal)
        #expect(apus.logs("stopping"))
        #expect(apus.wait(seconds: 0.2) == nil)
        client.send("ances\":[]}")
        #expect(client.response()?.closes == true)
        #expect(client.isAtEnd())
        #expect(apus.wait() == 0)
        #expect(Client(port: port) == nil)
    }

    @Test func whileItStillAcceptsItIsLiveAndNotReady() throws {
        let apus = try ApusProcess.serving(environment: ["APUS_SERVER_DRAIN_DELAY_S": "1"])
        let port = try #require(apus.port())
        #expect(apus.logs(" ready "))
        apus.signal(SIGTERM)
        #expect(apus.logs("stopping"))
        #expect(Client.get("/livez", port: port)?.status == 200)
        #expect(Client.get("/readyz", port: port)?.status == 503)
        let health = try ApusProcess(["health", "--url", "http://127.0.0.1:\(port)/readyz"])
        #expect(health.wait() == 1)
        #expect(health.output.hasPrefix("503 "))
        #expect(apus.wait() == 0)
    }

    @Test func aSignalDuringTheStartEndsItGracefully() throws {
        let apus = try ApusProcess.serving()
        #expect(apus.logs("setting "))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func aSecondSignalEndsItAtOnce() throws {
        let apus = try ApusProcess.serving(environment: ["APUS_SERVER_LOOPS": "1"])
        let port = try #require(apus.port())
        let client = try #require(Client(port: port))
        client.send("POST /v1/models/digits-cnn/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n")
        for _ in 0..<2 { #expect(Client.get("/livez", port: port) != nil) }
        apus.signal(SIGTERM)
        #expect(apus.logs("stopping"))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 128 + SIGTERM)
    }

    @Test func theDrainTimeoutEndsWhatNeverComes() throws {
        let apus = try ApusProcess.serving(environment: ["APUS_SERVER_DRAIN_TIMEOUT_S": "0.2"])
        let port = try #require(apus.port())
        let client = try #require(Client(port: port))
        client.send("POST /v1/models/digits-cnn/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n")
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test(arguments: ["digits-cnn", "digits-lstm"])
    func theServerAnswersWhatPredictPrints(model: String) throws {
        let example = Repository.model(model) + "/example.json"
        let predict = try ApusProcess(["predict", "--model", Repository.model(model), "--input", example])
        let apus = try ApusProcess.serving()
        let port = try #require(apus.port())
        #expect(apus.logs(" ready "))
        let client = try #require(Client(port: port))
        let answer = try #require(client.post("/v1/models/\(model)/predict", text(of: example)))
        #expect(answer.status == 200)
        #expect(predict.wait() == 0)
        let predictions = predict.output.dropFirst("{".count).dropLast("}\n".count)
        #expect(predictions.hasPrefix("\"predictions\":[["))
        #expect(answer.text.contains(predictions))
    }

    @Test func aBrokenModelDoesNotDisturbTheOthers() throws {
        let models = TemporaryDirectory()
        models.write("no model", to: "broken/1/model.onnx")
        models.write(contents(of: Repository.model("digits-cnn") + "/1/model.onnx"), to: "good/1/model.onnx")
        let apus = try ApusProcess(["serve", "--port", "0", "--models", models.path])
        let port = try #require(apus.port())
        #expect(apus.logs(" ready "))
        #expect(apus.log.contains("warning daemon: model refused model=broken "))
        #expect(apus.log.contains(" models=good/1 "))
        #expect(Client.get("/livez", port: port)?.status == 200)
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    // MARK: Refusals

    @Test func aPortInUseIsNamed() throws {
        let first = try ApusProcess.serving()
        let port = try #require(first.port())
        let second = try ApusProcess(["serve", "--port", "\(port)", "--models", Repository.models])
        #expect(second.wait() == 1)
        #expect(second.log.contains("apus: error: cannot listen on 127.0.0.1 port \(port): Address already in use\n"))
        #expect(first.wait(seconds: 0) == nil)
    }

    @Test(
        arguments: [
            (["serve", "--models", "/nowhere"], [:], 78, "--models: expected a directory with one directory a model"),
            (
                ["serve", "--host", "example.com", "--models", "/tmp"], [:], 78,
                "host: expected an IPv4 or IPv6 address"
            ),
            (["serve", "--port", "http"], [:], 64, "--port: expected an integer in 0...65535, got \"http\""),
            (["serve", "--prot", "1"], [:], 64, "Unknown option '--prot'"),
            (["serve"], ["APUS_PROT": "1"], 78, "unknown environment variable APUS_PROT"),
            (["serve", "--config", "/nowhere"], [:], 78, "/nowhere: No such file or directory"),
            (["predict", "--model", "/nowhere", "--input", "a.json"], [:], 65, "/nowhere: No such file or directory"),
            (["inspect", "/nowhere"], [:], 65, "/nowhere: No such file or directory"),
            (["bench", "--model", "/nowhere", "--batch", "0"], [:], 64, "--batch: expected an integer in 1...1048576"),
            (["health", "--url", "http://127.0.0.1:1/"], [:], 1, "http://127.0.0.1:1/: Connection refused"),
            (["nonsense"], [:], 64, "nonsense"),
        ] as [([String], [String: String], Int32, String)])
    func refusesWithAMessageAndAStatus(
        arguments: [String], environment: [String: String], status: Int32, message: String
    ) throws {
        let apus = try ApusProcess(arguments, environment: environment)
        #expect(apus.wait() == status)
        let errors = apus.log.split(separator: "\n").filter { $0.hasPrefix("apus: error: ") }
        #expect(errors.count == 1 && errors.allSatisfy { $0.contains(message) }, "\(apus.log)")
        #expect(apus.output.isEmpty)
    }

    // MARK: Other commands

    @Test func explainsItsConfigurationAndEnds() throws {
        let apus = try ApusProcess(["serve", "--port", "9", "--explain-config"])
        #expect(apus.wait() == 0)
        #expect(apus.output.hasPrefix("[server]\nhost = \"127.0.0.1\""))
        #expect(apus.log.isEmpty)
    }

    @Test func predictPrintsJSONOnly() throws {
        let example = Repository.model("digits-cnn") + "/example.json"
        let apus = try ApusProcess(["predict", "--model", Repository.model("digits-cnn"), "--input", example])
        #expect(apus.wait() == 0)
        #expect(apus.output.hasPrefix("{\"predictions\":[[") && apus.output.hasSuffix("]]}\n"))
        #expect(apus.log.isEmpty)
    }

    @Test func aForcedInstructionSetIsReported() throws {
        let model = Repository.model("digits-cnn")
        let apus = try ApusProcess(
            ["bench", "--model", model, "--seconds", "0.01", "--json"], environment: ["APUS_ISA": "baseline"])
        #expect(apus.wait() == 0)
        #expect(apus.output.contains("\"isa\":\"baseline\""))
        #expect(apus.output.contains("\"median_us\":"))
    }
}
