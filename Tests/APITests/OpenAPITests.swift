import HTTP
import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import API

/// `/openapi.json` and `/docs`. Whether the description is right is tried by `scripts/interop-openapi`.
@Suite(.serialized) struct OpenAPITests {
    private func document(_ api: RunningAPI, query: String = "") throws -> JSONValue {
        let response = try #require(api.client().get("/openapi.json\(query)"))
        #expect(response.status == 200, "\(response.text)")
        return try JSONValue(parsing: response.body)
    }

    /// The name of a route's case; a new one has to be described and to be added here.
    private func name(_ route: Route) -> String {
        switch route {
        case .root, .liveness, .readiness, .startup, .metrics, .openAPI, .docs, .models: "\(route)"
        case .model: "model"
        case .status: "status"
        case .predict: "predict"
        case .predictLabel: "predictLabel"
        case .examples(let verb, _, _): "examples.\(verb)"
        case .openInference(let route): "openInference.\("\(route)".prefix { $0 != "(" })"
        case .card: "card"
        case .metadata: "metadata"
        case .metadataLabel: "metadataLabel"
        case .batching: "batching"
        case .load: "load"
        case .unload: "unload"
        case .reload: "reload"
        case .versions: "versions"
        case .labels: "labels"
        case .label: "label"
        case .rollback: "rollback"
        case .control(let route): "control.\("\(route)".prefix { $0 != "(" })"
        }
    }

    private static let routes: Set = [
        "root", "liveness", "readiness", "startup", "metrics", "openAPI", "docs", "models", "model", "status",
        "predict",
        "predictLabel", "examples.classify", "examples.regress", "card", "metadata", "metadataLabel", "batching",
        "load",
        "unload", "reload", "versions", "labels", "label", "rollback", "openInference.server", "openInference.live",
        "openInference.ready",
        "openInference.models", "openInference.model", "openInference.modelReady", "openInference.infer",
        "openInference.config", "openInference.statistics", "openInference.index", "openInference.load",
        "openInference.unload", "control.datasets", "control.dataset", "control.jobs", "control.job",
        "control.jobHistory", "control.jobAction", "control.train", "control.evaluate", "control.preprocess",
    ]

    @Test func everyRouteIsDescribedWithItsMethods() throws {
        let paths = try #require(document(RunningAPI())["paths"]?.members)
        var described: Set<String> = []
        for path in paths {
            let text = path.name.replacing("{version}", with: "1").filter { $0 != "{" && $0 != "}" }
            let route = try Route(path: text)
            described.insert(name(route))
            let methods = Set((path.value.members ?? []).map { $0.name.uppercased() })
            let allowed = Set(route.allowedMethods.split(separator: ", ").map(String.init)).subtracting([
                "HEAD", "OPTIONS",
            ])
            #expect(methods == allowed, "\(path.name)")
        }
        #expect(described == Self.routes)
    }

    @Test func operationsHaveNamesOfTheirOwn() throws {
        let operations = APIOperations.all
        #expect(Set(operations.map(\.id)).count == operations.count)
    }

    @Test func whatIsReferredToIsThere() throws {
        let document = try document(RunningAPI())
        var references: Set<String> = []
        func collect(_ value: JSONValue) {
            if let text = value["$ref"]?.string { references.insert(text) }
            for member in value.members ?? [] { collect(member.value) }
            for element in value.array ?? [] { collect(element) }
        }
        collect(document)
        #expect(references.contains("#/components/schemas/TrainRequest"))
        for reference in references {
            let found = reference.split(separator: "/").dropFirst().reduce(JSONValue?.some(document)) {
                $0?[String($1)]
            }
            #expect(found != nil, "\(reference)")
        }
    }

    @Test func aModelIsDescribedWithItsShapesAndItsClasses() throws {
        let document = try document(RunningAPI(), query: "?model=digits-cnn")
        let predict = try #require(document["paths"]?["/v1/models/digits-cnn/predict"]?["post"])
        let schema = predict["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        #expect(schema?["properties"]?["classes"]?["items"]?["enum"]?.array?.count == 10)
        #expect(schema?["properties"]?["predictions"]?["items"]?["maxItems"] == 10)
        let rows = predict["requestBody"]?["content"]?["application/json"]?["schema"]?["anyOf"]?.array?[0]["properties"]
        let forms = try #require(rows?["instances"]?["items"]?["anyOf"]?.array?[0]["anyOf"]?.array)
        #expect(forms.map { $0["maxItems"]?.int } == [28, 28, 784])
        #expect(document["paths"]?["/v1/models/digits-lstm/predict"] == nil)
        #expect(predict["requestBody"]?["content"]?["image/png"] != nil)
    }

    /// What the document shows as examples is what the server takes and gives.
    @Test func examplesAreReal() throws {
        let api = try RunningAPI()
        let paths = try #require(document(api)["paths"])
        for model in ["digits-cnn", "digits-lstm"] {
            let predict = try #require(paths["/v1/models/\(model)/predict"]?["post"])
            let body = try #require(predict["requestBody"]?["content"]?["application/json"]?["example"])
            let response = try #require(api.client().post("/v1/models/\(model)/predict", body.text))
            let answer = try JSONValue(parsing: response.body)
            let shown = try #require(predict["responses"]?["200"]?["content"]?["application/json"]?["example"])
            #expect(answer["classes"] == shown["classes"] && answer["model_version"] == shown["model_version"])
            func scores(_ value: JSONValue) -> [Double] {
                (value["predictions"]?.array?[0].array ?? []).compactMap(\.double)
            }
            #expect(scores(answer).count == 10)
            #expect(zip(scores(answer), scores(shown)).allSatisfy { abs($0 - $1) < 1e-4 })
            let infer = try #require(paths["/v2/models/\(model)/infer"]?["post"])
            let tensors = try #require(infer["requestBody"]?["content"]?["application/json"]?["example"])
            #expect(api.try(tensors.text, at: "/v2/models/\(model)/infer") == 200)
        }
    }

    /// Whatever the document shows as the body of a request is taken, in the order of a user: first data, then the rest.
    @Test func everyExampleIsTaken() throws {
        let training = RunningTraining("exit 0")
        let images = Tensor([Float](repeating: 0.5, count: 40 * 784), shape: [40, 28, 28, 1])
        let labels = Tensor((0..<40).map { $0 % 10 }, shape: [40])
        training.folder.write(
            ZipBuilding.archive([
                ("x.npy", NpyWriter.bytes(of: images)), ("y.npy", NpyWriter.bytes(of: labels)),
            ]), to: "data/digits.npz")
        let models = TemporaryDirectory()
        for (name, files) in ["digits-cnn": ["apus.toml", "1/model.onnx", "1/golden.safetensors"]] {
            for file in files { models.write(contents(of: Repository.model(name) + "/" + file), to: "\(name)/\(file)") }
        }
        let api = try RunningAPI(models: models.path, training: training.service)
        let paths = try #require(document(api)["paths"]?.members)
        var posted = 0
        for path in paths.sorted(by: { one, _ in one.name == "/v1/datasets" }) {
            for method in path.value.members ?? [] {
                guard let body = method.value["requestBody"]?["content"]?["application/json"]?["example"] else {
                    continue
                }
                let place = path.name.replacing("{model}", with: "digits-cnn").replacing("{version}", with: "1")
                    .replacing("{label}", with: "canary")
                let response = try api.client().request(method.name.uppercased(), place, body.text)
                #expect((200..<300).contains(response?.status ?? 0), "\(method.name) \(place): \(response?.text ?? "")")
                posted += 1
            }
        }
        #expect(posted >= 8)
    }

    @Test(arguments: [
        #"{"kind": "table", "columns": [{"name": "a", "encoding": "number", "center": 3},"#
            + #"{"name": "b", "encoding": "index", "categories": ["x", "y"]}]}"#,
        #"{"kind": "image", "height": 2, "width": 1, "channels": 1}"#,
        #"{"kind": "sequence", "length": 2, "features": 1, "padding": {"side": "end"}}"#,
        #"{"kind": "tensor", "shape": [2, 1]}"#,
    ])
    func modelsWithoutExamplesGetSomeThatTheyTake(input: String) throws {
        let folder = TemporaryDirectory()
        folder.write(try TinyModel.bytes(shape: [2]), to: "m/1/model.onnx")
        folder.write("{\"version\": 1, \"input\": \(input)}", to: "m/1/preprocessing.json")
        let api = try RunningAPI(models: folder.path)
        let paths = try #require(document(api)["paths"])
        for path in ["/v1/models/m/predict", "/v2/models/m/infer"] {
            let body = paths[path]?["post"]?["requestBody"]?["content"]?["application/json"]?["example"]
            #expect(api.try(try #require(body).text, at: path) == 200, "\(path): \(body?.text ?? "")")
        }
    }

    @Test func whatIsAskedForMustBeThere() throws {
        let api = try RunningAPI()
        #expect(try api.client().get("/openapi.json?model=nobody")?.status == 404)
        #expect(try api.client().get("/openapi.json?modle=m")?.status == 400)
    }

    @Test func thePageNeedsNothingFromElsewhere() throws {
        let api = try RunningAPI()
        let page = try #require(api.client().get("/docs"))
        #expect(page.status == 200 && page.head.contains("\r\nContent-Type: text/html; charset=utf-8\r\n"))
        #expect(page.head.contains("default-src 'none'"))
        #expect(page.text.contains("fetch('/openapi.json')"))
        for word in ["http://", "https://", "src=", "@import", "innerHTML", "url("] {
            #expect(!page.text.contains(word), "\(word)")
        }
    }
}

extension RunningAPI {
    /// The status of an answer to a POST.
    fileprivate func `try`(_ body: String, at path: String) -> Int? { try? client().post(path, body)?.status }
}
