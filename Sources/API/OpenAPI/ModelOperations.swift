import HTTP
import JSON
import Serving

/// The operations of one model, with its own shapes, class names and examples.
struct ModelOperations {
    private let name: String
    private let schemas: ModelSchemas
    private let examples: ModelExamples
    private let takesImages: Bool

    init(_ version: ModelVersion, _ example: VersionExample?) {
        name = version.modelName
        schemas = ModelSchemas(version: version)
        examples = ModelExamples(version: version, found: example)
        takesImages = version.imagePreprocessing != nil
    }

    var all: [APIOperation] {
        let id = String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        return [
            APIOperation(
                method: .post, path: "/v1/models/\(name)/predict", id: "predict_\(id)", tag: .predict,
                summary: "Predicts rows of \(name)",
                parameters: [APIParameter.topCount] + APIParameter.schedule,
                body: APIOperations.predictBodies(
                    .json(schemas.predictRequest, example: examples.predictRequest), hasImages: takesImages),
                answers: [answer], refusals: APIOperations.inferenceRefusals),
            APIOperations.infer(
                "/v2/models/\(name)/infer", "infer_\(id)", schemas.inferRequest, example: examples.inferRequest),
        ]
    }

    private var answer: APIOperation.Answer {
        var answer = APIOperations.predictAnswer(schemas.predictResponse)
        answer.content[0].example = examples.predictResponse
        return answer
    }
}
