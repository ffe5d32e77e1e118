import HTTP
import JSON
import Serving
import Training

/// What the Open Inference Protocol asks for besides predictions. Quick, but for `load` and `unload`.
struct OpenInferenceResource: Sendable {
    /// What of the protocol's extensions there is.
    static let extensions = [
        "binary_tensor_data", "classification", "model_configuration", "model_repository", "parameters",
        "schedule_policy", "statistics",
    ]

    /// The largest body of a repository request: there is nothing in it that this server takes. Bytes.
    private static let maximumBody = 1 << 16

    let repository: ModelRepository
    let health: HealthResource

    /// The name and the version of the server, and what it understands.
    func server() -> HTTPResponse {
        .json([
            "name": "apus", "version": .string(ApusVersion.text), "extensions": JSONValue(Self.extensions),
        ])
    }

    /// As `/livez`.
    func live() -> HTTPResponse { .json(["live": true]) }

    /// As `/readyz`.
    func ready() -> HTTPResponse {
        let isReady = health.isReady
        return .json(["ready": .bool(isReady)], status: isReady ? .ok : .serviceUnavailable)
    }

    /// The names of the models that serve.
    func models() -> HTTPResponse {
        var names: [String] = []
        for version in repository.loadedVersions where names.last != version.modelName {
            names.append(version.modelName)
        }
        return .json(["models": JSONValue(names)])
    }

    /// The inputs and outputs of a model.
    func model(_ name: String, _ target: ModelTarget) throws(APIError) -> HTTPResponse {
        let version = try target.version(of: name, in: repository)
        let loaded = repository.loadedVersions.filter { $0.modelName == name }
        let interface = VersionInterface(version)
        return .json([
            "name": .string(name), "versions": JSONValue(loaded.map { String($0.number) }), "platform": "apus",
            "inputs": Self.tensors(interface.tensors), "outputs": Self.tensors(interface.outputs),
        ])
    }

    private static func tensors(_ tensors: [VersionInterface.Description]) -> JSONValue {
        .array(
            tensors.map { tensor in
                [
                    "name": .string(tensor.name), "datatype": .string(tensor.datatype.rawValue),
                    "shape": JSONValue(tensor.shape),
                ]
            })
    }

    /// 200 when the version serves, 503 when it does not, 404 when there is none.
    func modelReady(_ name: String, _ target: ModelTarget) throws(APIError) -> HTTPResponse {
        _ = try target.version(of: name, in: repository)
        return .json(["name": .string(name), "ready": true])
    }

    /// The settings of a version in the words of Triton's configuration.
    func config(_ name: String, _ target: ModelTarget) throws(APIError) -> HTTPResponse {
        let version = try target.version(of: name, in: repository)
        let batching = version.configuration.batching
        let interface = VersionInterface(version)
        return .json([
            "name": .string(name), "platform": "apus", "backend": "apus",
            "version_policy": Self.configuration(version.configuration.versions.policy ?? .latest(1)),
            "max_batch_size": .integer(batching.maxBatchSize),
            "input": Self.configuration(interface.tensors), "output": Self.configuration(interface.outputs),
            "instance_group": [["kind": "KIND_CPU", "count": .integer(batching.instances)]],
            "dynamic_batching": [
                "max_queue_delay_microseconds": .integer(Int(batching.maxDelayMilliseconds * 1000)),
                "default_queue_policy": ["max_queue_size": .integer(batching.maxQueueRows)],
            ],
        ])
    }

    private static func configuration(_ policy: VersionPolicy) -> JSONValue {
        switch policy {
        case .latest(let count): ["latest": ["num_versions": .integer(count)]]
        case .all: ["all": .object([])]
        case .specific(let numbers): ["specific": ["versions": JSONValue(numbers.sorted())]]
        }
    }

    private static func configuration(_ tensors: [VersionInterface.Description]) -> JSONValue {
        .array(
            tensors.map { tensor in
                [
                    "name": .string(tensor.name), "data_type": .string(tensor.datatype.configurationName),
                    "dims": JSONValue(Array(tensor.shape.dropFirst())),
                ]
            })
    }

    /// What the versions did.
    func statistics(_ name: String?, version number: Int?) throws(APIError) -> HTTPResponse {
        var versions = repository.loadedVersions
        if let name {
            // Says what is wrong with a model or a version that is not loaded.
            let found = try ModelTarget(number: number).version(of: name, in: repository)
            versions = versions.filter { $0.modelName == name && (number == nil || $0.number == found.number) }
        }
        return .json(["model_stats": .array(versions.map(\.tritonStatistics))])
    }

    // MARK: Repository

    /// Every version, or only those that serve: `{"ready": true}`.
    func index(_ body: [UInt8]) throws(APIError) -> HTTPResponse {
        var isOnlyReady = false
        if let document = try Self.document(body) {
            do {
                var fields = try JSONFields(document)
                isOnlyReady = try fields.bool("ready") ?? false
                try fields.finish()
            } catch {
                throw APIError(reading: error)
            }
        }
        let statuses = repository.index().filter { !isOnlyReady || $0.state == .ready }
        return .json(
            .array(
                statuses.map { status in
                    var members: [JSONMember] = [JSONMember("name", .string(status.model))]
                    if let version = status.version { members.append(JSONMember("version", .string(String(version)))) }
                    members.append(JSONMember("state", .string(Self.state(status.state))))
                    members.append(JSONMember("reason", .string(status.explanation)))
                    members.append(JSONMember("since", .number(status.since)))
                    return .object(members)
                }))
    }

    private static func state(_ state: VersionState) -> String {
        switch state {
        case .ready: "READY"
        case .loading: "LOADING"
        case .unavailable, .failed: "UNAVAILABLE"
        }
    }

    /// Looks at the model's directory again; answers when it serves.
    func load(_ name: String, _ body: [UInt8]) throws(APIError) -> HTTPResponse {
        try Self.checkParameters(body)
        _ = try ModelsResource(repository: repository).load(name, version: nil)
        return .json(["name": .string(name), "load": true])
    }

    /// Lets no version of the model serve.
    func unload(_ name: String, _ body: [UInt8]) throws(APIError) -> HTTPResponse {
        try Self.checkParameters(body)
        _ = try ModelsResource(repository: repository).unload(name, version: nil)
        return .json(["name": .string(name), "unload": true])
    }

    private static func document(_ body: [UInt8]) throws(APIError) -> JSONValue? {
        if body.isEmpty { return nil }
        guard body.count <= maximumBody else {
            throw .body("expected a body of at most \(maximumBody) bytes, got \(body.count)")
        }
        do { return try JSONValue(parsing: body) } catch { throw APIError(reading: error) }
    }

    /// Models come from the repository's directory only, not from requests.
    private static func checkParameters(_ body: [UInt8]) throws(APIError) {
        guard let document = try document(body) else { return }
        do {
            var fields = try JSONFields(document)
            if let parameters = try fields.fields("parameters") {
                for name in parameters.names where name != "unload_dependents" {
                    throw FieldError(
                        path: parameters.path(of: name),
                        expected: "no settings and no files, which the model's directory has", found: "some")
                }
            }
            try fields.finish()
        } catch {
            throw APIError(reading: error)
        }
    }
}
