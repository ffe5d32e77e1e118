import HTTP
import JSON
import Jobs
import Training

/// `/v1/datasets` and `/v1/datasets/{d}`.
struct DatasetsResource: Sendable {
    let service: TrainingService

    /// `GET /v1/datasets`
    func list() throws(APIError) -> HTTPResponse {
        let parts = try parts()
        do throws(DatasetError) {
            return .json(["datasets": .array(try parts.datasets.list().map(\.summary))])
        } catch {
            throw .dataset(error)
        }
    }

    /// `GET /v1/datasets/{d}`: with the validation report.
    func dataset(_ name: String) throws(APIError) -> HTTPResponse {
        let parts = try parts()
        do throws(DatasetError) {
            return .json(try parts.datasets.dataset(named: name).json)
        } catch {
            throw .dataset(error)
        }
    }

    /// `DELETE /v1/datasets/{d}`, unless a job still needs it.
    func delete(_ name: String) throws(APIError) -> HTTPResponse {
        let parts = try parts()
        let users: [Job]
        do throws(JobError) {
            let states = JobState.allCases.filter { !$0.isFinal }
            users = try parts.jobs.store.jobs(states: states, limit: .max).filter {
                $0.request["dataset"]?.string == name
            }
        } catch {
            throw .job(error)
        }
        if let job = users.last { throw .datasetInUse(name, job: job.id) }
        do throws(DatasetError) {
            try parts.datasets.delete(named: name)
        } catch {
            throw .dataset(error)
        }
        return HTTPResponse(status: .noContent)
    }

    /// `POST /v1/datasets?name=&format=` with the data itself, or with `{"name", "path", "format"}` as JSON, which names
    /// a file or a folder below the data directory.
    func add(_ request: ControlRequest) throws(APIError) -> HTTPResponse {
        if let coding = request.contentCoding, coding.lowercased() != "identity" { throw .contentCoding(coding) }
        let parts = try parts()
        let query = try QueryParameters(request.query, known: ["name", "format"])
        let dataset: Dataset
        if request.mediaType == "application/json" {
            dataset = try add(path: JSONBody.read(request), parts)
        } else {
            dataset = try add(bytes: request, query, parts)
        }
        return .json(dataset.json, status: .created, fields: [.init("Location", "/v1/datasets/\(dataset.name)")])
    }

    private func add(
        bytes request: ControlRequest, _ query: QueryParameters, _ parts: TrainingService.Parts
    ) throws(APIError) -> Dataset {
        guard let name = query["name"] else { throw .query("name", expected: "the dataset's name, as in ?name=digits") }
        let format = try Self.format(query["format"], request)
        guard !request.body.isEmpty else { throw .body("the body is empty; expected the data") }
        do throws(DatasetError) {
            return try parts.datasets.add(name: name, bytes: request.body, format: format)
        } catch {
            throw .dataset(error)
        }
    }

    private func add(path body: JSONValue, _ parts: TrainingService.Parts) throws(APIError) -> Dataset {
        let (name, path, format): (String, String, DatasetFormat?)
        do throws(FieldError) {
            var fields = try JSONFields(body)
            name = try fields.required("name", fields.string("name"))
            path = try fields.required("path", fields.string("path"))
            format = try fields.choice("format", of: DatasetFormat.self)
            try fields.finish()
        } catch {
            throw .field(error)
        }
        do throws(DatasetError) {
            return try parts.datasets.add(name: name, path: path, below: parts.directory.path, format: format)
        } catch {
            throw .dataset(error)
        }
    }

    /// The format that was asked for, or that the media type says; nil to find out by the first bytes.
    private static func format(_ text: String?, _ request: ControlRequest) throws(APIError) -> DatasetFormat? {
        if let text {
            guard let format = DatasetFormat(rawValue: text), format != .folder else {
                let words = DatasetFormat.allCases.filter { $0 != .folder }.map(\.rawValue).joined(separator: ", ")
                throw .query("format", expected: "one of \(words), got \"\(text)\"")
            }
            return format
        }
        guard let type = request.mediaType else { return nil }
        if let format = DatasetFormat(mediaType: type) { return format }
        // What curl says when it is told nothing, and what says nothing.
        let unspecific = ["", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"]
        guard unspecific.contains(type) else { throw .datasetType(type) }
        return nil
    }

    private func parts() throws(APIError) -> TrainingService.Parts {
        do throws(JobError) { return try service.parts() } catch { throw .job(error) }
    }
}

extension Dataset {
    /// The description in a list: all but the report.
    fileprivate var summary: JSONValue { .object((json.members ?? []).filter { $0.name != "report" }) }
}
