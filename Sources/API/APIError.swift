import Glibc
import HTTP
import JSON
import Jobs
import Preprocessing
import Serving
import Training

/// Why a request is not answered as its sender hoped.
enum APIError: Error {
    /// No resource has this path.
    case unknownPath(String)
    /// The path has another method only.
    case method(String, path: String, allowed: String)
    /// The body is of a media type that predict does not read.
    case mediaType(String)
    /// The body is of a media type other than JSON.
    case notJSON(String)
    /// The body is compressed in a way that is not known.
    case contentCoding(String)
    /// The body is compressed, and the resource does not take that.
    case compressed(String)
    /// The body cannot be decompressed.
    case inflation(Inflation.Failure, ContentCoding)
    /// Bare numbers are asked for of a model with several outputs.
    case notAcceptable(String)
    /// The output holds a number that JSON has no form for.
    case notFinite(output: String, index: Int, value: String)
    /// The model has no output of the shape that the verb needs.
    case verb(String, String)
    /// A version in the path that is no number.
    case versionNumber(String)
    /// A body that is not the JSON object predict wants.
    case body(String)
    /// A value of the wrong type, shape or size; the text names the place.
    case tensor(TensorJSONError)
    /// A value of an instance that the model's preprocessing does not take.
    case instance(FieldError)
    /// A member of a body that is not what it should be.
    case field(FieldError)
    /// The version has no such document.
    case noCard(model: String, version: Int?)
    /// Too much is being done in the background already.
    case busy
    /// A parameter of the query that is unknown or has a wrong value.
    case query(String, expected: String)
    /// A body of a media type that no version is sent as.
    case uploadType(String)
    /// Why a version that was sent is not published.
    case upload(ServingError)
    /// A text that cannot be a model's name.
    case modelName(String)
    /// What the datasets say.
    case dataset(DatasetError)
    /// A job that has not ended needs the dataset.
    case datasetInUse(String, job: String)
    /// A body of a media type that no dataset has.
    case datasetType(String)
    /// Why a version cannot be trained or evaluated.
    case training(TrainingError)
    /// The field of that name is no number of an event.
    case lastEventID(String)
    /// What the jobs say.
    case job(JobError)
    /// The daemon was made without training.
    case noTraining
    /// What the serving core says.
    case serving(ServingError)
    /// What a field of the body names is not there, although the resource of the path is.
    indirect case reference(field: String, APIError)
}

/// The one place where errors become status codes.
extension APIError {
    /// The status, and a short name that programs can compare.
    var statusAndCode: (HTTPStatus, String) {
        switch self {
        case .unknownPath: (.notFound, "unknown_path")
        case .method: (.methodNotAllowed, "method_not_allowed")
        case .mediaType, .notJSON: (.unsupportedMediaType, "unsupported_media_type")
        case .contentCoding, .compressed: (.unsupportedMediaType, "unsupported_content_coding")
        case .inflation(.tooLarge, _): (.contentTooLarge, "body_too_large")
        case .inflation(.malformed, _): (.badRequest, "invalid_content_coding")
        case .inflation(.outOfMemory, _): (.serviceUnavailable, "busy")
        case .notAcceptable: (.notAcceptable, "not_acceptable")
        case .notFinite: (.internalServerError, "not_finite")
        case .verb: (.badRequest, "unsupported_verb")
        case .versionNumber: (.badRequest, "invalid_version")
        case .body: (.badRequest, "invalid_body")
        case .tensor(.tooManyRows), .tensor(.tooManyElements): (.contentTooLarge, "too_many_rows")
        case .tensor(.syntax): (.badRequest, "invalid_json")
        case .tensor: (.badRequest, "invalid_tensor")
        case .instance: (.badRequest, "invalid_instance")
        case .field: (.badRequest, "invalid_field")
        case .noCard: (.notFound, "card_not_found")
        case .busy: (.serviceUnavailable, "busy")
        case .modelName: (.badRequest, "invalid_model_name")
        case .query: (.badRequest, "invalid_query")
        case .lastEventID: (.badRequest, "invalid_field")
        case .job(let error): error.statusAndCode
        case .dataset(let error): error.statusAndCode
        case .training(.data(let error)): error.statusAndCode
        case .training(let error): (.unprocessableContent, error.code)
        case .datasetInUse: (.conflict, "dataset_in_use")
        case .datasetType, .uploadType: (.unsupportedMediaType, "unsupported_media_type")
        case .upload(let error): error.uploadStatusAndCode
        case .noTraining: (.serviceUnavailable, "training_unavailable")
        case .serving(let error): error.statusAndCode
        case .reference(_, let error): (.unprocessableContent, error.statusAndCode.1)
        }
    }

    /// One sentence for the client: what was expected, and what came.
    var detail: String {
        switch self {
        case .unknownPath(let path): "no resource at \(path); GET /v1/models lists the models"
        case .method(let method, let path, let allowed): "\(path) does not take \(method), only \(allowed)"
        case .mediaType(let type): "Content-Type: expected one of \(BodyFormat.mediaTypes), got \(type)"
        case .notJSON(let type): "Content-Type: expected application/json, got \(type)"
        case .contentCoding(let coding): "Content-Encoding: expected gzip, deflate or none, got \(coding)"
        case .compressed(let coding): "Content-Encoding: expected an uncompressed body, got \(coding)"
        case .inflation(.tooLarge(let limit), let coding):
            "Content-Encoding: expected at most \(limit) bytes behind this \(coding.rawValue) body, got more"
        case .inflation(.malformed, let coding):
            "Content-Encoding: expected a whole body in \(coding.rawValue), got other bytes"
        case .inflation(.outOfMemory, _): "there is no memory to decompress the body; try again in a second"
        case .notAcceptable(let found):
            "Accept: expected application/json, because bare numbers have one output of one shape, and here are \(found)"
        case .notFinite(let output, let index, let value):
            "output \"\(output)\" is \(value) at element \(index), for which JSON has no number; ask for binary data"
        case .verb(let verb, let shape): "\(verb): expected a model whose first output is \(shape)"
        case .versionNumber(let text): "version: expected a whole number up to \(Int.max), got \"\(text)\""
        case .body(let text): text
        case .tensor(let error): error.description
        case .instance(let error), .field(let error): error.description
        case .noCard(let model, let version):
            "model \"\(model)\"\(version.map { " version \($0)" } ?? "") has no card.json, which training writes"
        case .busy: "too many changes are under way; try again in a second"
        case .modelName(let name):
            "the model's name: expected 1 to 128 of A-Z a-z 0-9 . _ - without a dot in front, got \"\(name)\""
        case .query(let name, let expected): "query: \(name): expected \(expected)"
        case .lastEventID(let text): "Last-Event-ID: expected the number of an event, got \"\(text)\""
        case .job(let error): error.description
        case .dataset(let error): error.description
        case .reference(_, let error): error.detail
        case .training(let error): error.description
        case .datasetInUse(let name, let job):
            "job \(job) needs the dataset \"\(name)\"; cancel the job or wait for its end"
        case .datasetType(let type):
            "Content-Type: expected \(Self.datasetTypes), got \(type); or say ?format=…"
        case .uploadType(let type): "Content-Type: expected one of \(UploadFormat.mediaTypes), got \(type)"
        case .upload(let error): "the version is not published: \(error)"
        case .noTraining: "this server does not train"
        case .serving(let error): error.description
        }
    }

    /// Header fields that belong to the status.
    var fields: [HTTPResponse.Field] {
        switch self {
        case .method(_, _, let allowed): [.init("Allow", allowed)]
        case .datasetType: [.init("Accept-Post", Self.datasetTypes)]
        case .uploadType: [.init("Accept-Post", UploadFormat.mediaTypes)]
        case .notJSON: [.init("Accept-Post", "application/json")]
        case .mediaType: [.init("Accept-Post", BodyFormat.mediaTypes)]
        case .contentCoding: [.init("Accept-Encoding", "gzip, deflate, identity")]
        case .compressed: [.init("Accept-Encoding", "identity")]
        case .serving(.queueFull(_, _, let retryAfter)):
            [.init("Retry-After", "\(max(1, retryAfter.components.seconds))")]
        case .serving(.notReady(_, _, .loading, _)), .serving(.evicted), .serving(.tooManyRevivals),
            .serving(.shuttingDown), .upload(.shuttingDown), .busy, .job(.queueFull), .job(.stopping):
            [.init("Retry-After", "1")]
        default: []
        }
    }
}

extension ServingError {
    /// As of a version that was sent, for whose contents its sender is to blame.
    fileprivate var uploadStatusAndCode: (HTTPStatus, String) {
        switch self {
        case .file where isDiskFull: (.insufficientStorage, "disk_full")
        case .file where isOfTheSystem: (.internalServerError, "storage_error")
        case .model, .file, .classNameCount, .preprocessingShape, .goldenTensor, .goldenMismatch, .invalidValue,
            .computation:
            (.unprocessableContent, "version_refused")
        default: statusAndCode
        }
    }

    fileprivate var statusAndCode: (HTTPStatus, String) {
        switch self {
        case .modelNotFound: (.notFound, "model_not_found")
        case .versionNotFound: (.notFound, "version_not_found")
        case .labelNotFound: (.notFound, "label_not_found")
        case .notReady, .evicted: (.serviceUnavailable, "model_not_ready")
        case .tooManyRevivals: (.serviceUnavailable, "busy")
        case .labelName: (.badRequest, "invalid_label")
        case .tooManyLabels, .fixedLabel: (.conflict, "label_conflict")
        case .noEarlierVersion: (.conflict, "no_earlier_version")
        case .versionServes: (.conflict, "version_serves")
        case .excludedByPolicy: (.conflict, "excluded_by_policy")
        case .memoryBudget: (.insufficientStorage, "memory_budget")
        case .tooLarge: (.contentTooLarge, "too_large")
        case .noRows, .inputCount, .inputShape, .inputStorage, .element, .unboundSize, .unknownSize:
            (.badRequest, "invalid_tensor")
        case .tooManyRows: (.contentTooLarge, "too_many_rows")
        case .queueFull: (.tooManyRequests, "queue_full")
        case .cancelled: (HTTPStatus(code: 499), "cancelled")
        case .deadlineExceeded: (.gatewayTimeout, "deadline_exceeded")
        case .shuttingDown: (.serviceUnavailable, "shutting_down")
        case .computation: (.badRequest, "not_computable")
        case .invalidTOML, .unknownKey, .invalidValue, .modelName, .file, .model, .classNameCount, .preprocessingShape,
            .goldenTensor, .goldenMismatch:
            (.internalServerError, "model_error")
        }
    }
}

extension APIError {
    /// A dataset that `field` of the body names.
    init(_ error: DatasetError, namedBy field: String) {
        self = .dataset(error)
        if case .notFound = error { self = .reference(field: field, self) }
    }

    /// A model or version that `field` of the body names.
    init(_ error: ServingError, namedBy field: String) {
        switch error {
        case .modelNotFound, .versionNotFound: self = .reference(field: field, .serving(error))
        default: self = .serving(error)
        }
    }

    /// The field of the request that is at fault, for programs; nil when there is no one field.
    var field: String? {
        switch self {
        case .field(let error), .instance(let error), .dataset(.field(let error)), .training(.field(let error)),
            .training(.data(.field(let error))):
            error.path.isEmpty ? nil : error.path
        case .dataset(.preprocessing(PreprocessingError.declaration(let error))): "preprocessing.\(error.path)"
        case .query(let name, _): name
        case .lastEventID: "Last-Event-ID"
        case .reference(let field, _): field
        case .dataset(.invalidName): "name"
        default: nil
        }
    }

    private static var datasetTypes: String {
        "application/x-npz, application/x-npy, text/csv, application/jsonl, application/zip, application/json"
    }
}

extension DatasetError {
    fileprivate var statusAndCode: (HTTPStatus, String) {
        switch self {
        case .invalidName: (.badRequest, "invalid_dataset_name")
        case .exists: (.conflict, "dataset_exists")
        case .notFound: (.notFound, "dataset_not_found")
        case .source, .row, .format: (.unprocessableContent, "invalid_dataset")
        case .field: (.unprocessableContent, "invalid_field")
        case .preprocessing: (.unprocessableContent, "invalid_preprocessing")
        case .system(_, _, let code) where code == ENOSPC || code == EDQUOT: (.insufficientStorage, "disk_full")
        case .system: (.internalServerError, "dataset_error")
        case .damaged: (.internalServerError, "dataset_damaged")
        }
    }
}

extension JobError {
    fileprivate var statusAndCode: (HTTPStatus, String) {
        switch self {
        case .directory, .locked, .database: (.serviceUnavailable, "training_unavailable")
        case .diskFull: (.insufficientStorage, "disk_full")
        case .unknownJob: (.notFound, "job_not_found")
        case .state: (.conflict, "job_state")
        case .idempotencyKey: (.unprocessableContent, "idempotency_key_reused")
        case .queueFull: (.tooManyRequests, "queue_full")
        case .stopping: (.serviceUnavailable, "shutting_down")
        case .publishing: (.unprocessableContent, "not_published")
        case .worker: (.internalServerError, "worker_failed")
        }
    }
}
