import HTTP
import JSON
import Jobs
import Training

/// Datasets, jobs and what they are made of.
extension APIOperations {
    /// The data directory may be another process's, or its disk full.
    private static let storage: [HTTPStatus] = [.internalServerError, .insufficientStorage]

    static var datasets: [APIOperation] {
        let formats = DatasetFormat.allCases.filter { $0 != .folder }.map(\.rawValue)
        let named = Schema.request(
            required: [("name", APIParameter.datasetName), ("path", Schema.string.with("minLength", 1))],
            [("format", Schema.choice(DatasetFormat.self))])
        return [
            get(
                "/v1/datasets", "listDatasets", .datasets, "The stored datasets",
                Schema.object([("datasets", Schema.list(Schema.reference("Dataset")))]), refusals: storage),
            APIOperation(
                method: .post, path: "/v1/datasets", id: "addDataset", tag: .datasets,
                summary: "Stores what is sent, or a file below the data directory",
                text: "Without a media type that says the format, it is found out by the first bytes.",
                parameters: [
                    APIParameter.query(
                        "name", "What it is to be called; not with a body of JSON", APIParameter.datasetName),
                    APIParameter.query("format", "Says what the media type leaves open", Schema.choice(formats)),
                ],
                body: [
                    .json(named, example: ["name": "digits", "path": "digits.npz"]), .bytes("application/x-npz"),
                    .bytes("application/x-npy"), .text("text/csv"), .text("application/jsonl"),
                    .bytes("application/zip"),
                ],
                answers: [
                    .init(
                        status: .created, text: "The dataset, with its validation report",
                        content: [.json(Schema.reference("Dataset"))], fields: [("Location", "Where it is")])
                ], refusals: storage + [.conflict, .unsupportedMediaType, .unprocessableContent]),
            get(
                "/v1/datasets/{dataset}", "getDataset", .datasets, "One dataset, with its validation report",
                Schema.reference("Dataset"), refusals: storage),
            APIOperation(
                method: .delete, path: "/v1/datasets/{dataset}", id: "deleteDataset", tag: .datasets,
                summary: "Deletes it, unless a job needs it", answers: [.init(status: .noContent, text: "It is gone")],
                refusals: storage + [.conflict]),
        ]
    }

    static var jobs: [APIOperation] {
        let job = Schema.reference("Job")
        let states = JobState.allCases.map(\.rawValue).joined(separator: "|")
        let list = get(
            "/v1/jobs", "listJobs", .jobs, "The jobs, the newest first",
            Schema.object([("jobs", Schema.list(Schema.reference("JobSummary")))]),
            parameters: [
                APIParameter.query("model", "Only jobs for this model", Schema.string),
                APIParameter.query(
                    "state", "Only jobs in these states, with commas between",
                    ["type": "string", "pattern": .string("^(\(states))(,(\(states)))*$")]),
                APIParameter.query("limit", "Most jobs", Schema.integer(1...1000)),
            ], refusals: storage)
        return [list, get("/v1/jobs/{job}", "getJob", .jobs, "One job", job, refusals: storage)]
            + ControlRoute.JobHistory.allCases.map(history)
            + ControlRoute.JobAction.allCases.map { action in
                post(
                    "/v1/jobs/{job}/\(action.rawValue)", "\(action.rawValue)Job", .jobs,
                    "Asks to \(action.rawValue) it",
                    job, refusals: storage + [.conflict, .unprocessableContent])
            }
    }

    private static func history(_ history: ControlRoute.JobHistory) -> APIOperation {
        let schema = Schema.object([
            ("job", Schema.string), (history.rawValue, Schema.list(Schema.reference("JobEvent"))),
            ("last_id", Schema.integer),
        ])
        var answers = [APIOperation.Answer(text: "What happened after `after`", content: [.json(schema)])]
        var parameters = [APIParameter.after, APIParameter.limit, APIParameter.lastEvent]
        if history == .events {
            parameters.append(APIParameter.stream)
            answers[0].content.append(.text("text/event-stream"))
            answers.append(.init(status: .noContent, text: "Nothing more is going to happen"))
        }
        return APIOperation(
            method: .get, path: "/v1/jobs/{job}/\(history.rawValue)", id: "list_\(history.rawValue)",
            tag: .jobs, summary: "The \(history.rawValue) of a job", parameters: parameters, answers: answers,
            refusals: storage)
    }

    static var training: [APIOperation] {
        [
            APIOperation(
                method: .post, path: "/v1/models/{model}/train", id: "train", tag: .training,
                summary: "Checks the whole request and takes it as a job",
                parameters: [
                    APIParameter.field(
                        "Idempotency-Key", "The same key with the same request is the same job",
                        ["type": "string", "minLength": 1, "maxLength": 256])
                ],
                body: [
                    .json(
                        Schema.reference("TrainRequest"),
                        example: ["dataset": "digits", "preset": "seed-cnn", "epochs": 3, "publish": "always"])
                ],
                answers: [
                    .init(
                        status: .accepted, text: "The job", content: [.json(Schema.reference("Job"))],
                        fields: [("Location", "Where the job is")])
                ], refusals: storage + [.tooManyRequests, .unsupportedMediaType, .unprocessableContent])
        ]
            + ofModelAndVersion("/evaluate") { path, suffix in
                post(
                    path, "evaluate\(suffix)", .training, "How good it is on the rows of a dataset",
                    APISchemas.evaluation,
                    body: [.json(APISchemas.evaluationRequest, example: ["dataset": "digits", "split": "test"])],
                    refusals: storage + [.unsupportedMediaType, .unprocessableContent])
            }
            + ofModelAndVersion("/preprocess") { path, suffix in
                post(
                    path, "preprocess\(suffix)", .training, "What the model sees of a predict request",
                    Schema.object([
                        (
                            "inputs",
                            Schema.map(Schema.object([("shape", Schema.list(Schema.integer)), ("data", Schema.any)]))
                        ),
                        ("model_name", Schema.string), ("model_version", Schema.string),
                    ]), body: predictBodies(.json(Schema.reference("PredictRequest"))),
                    refusals: [.unsupportedMediaType])
            }
    }
}
