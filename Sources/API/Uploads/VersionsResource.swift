import HTTP
import JSON
import Network
import Serving

/// `/v1/models/{m}/versions`: the versions of a model, and a new one that is sent.
struct VersionsResource: Sendable {
    let repository: ModelRepository
    let limits: APILimits

    /// What an upload needs of its request, copied, so that it can be done after the event loop has gone on.
    struct Upload: Sendable {
        let body: [UInt8]
        let format: UploadFormat
        let coding: ContentCoding?
        let query: String?

        /// - Throws: `APIError.uploadType`, `.contentCoding`, or `.field` for a multipart body without a boundary.
        init(_ request: borrowing HTTPRequest) throws(APIError) {
            format = try UploadFormat(contentType: request.value(of: "content-type"))
            coding = try ContentCoding.of(request.value(of: "content-encoding"))
            query = request.query
            body = unsafe [UInt8](request.body)
        }
    }

    /// Every version with its state.
    func list(_ name: String) throws(APIError) -> HTTPResponse {
        let statuses: [VersionStatus]
        do { statuses = try repository.model(named: name) } catch { throw .serving(error) }
        return .json { writer in
            writer.beginObject()
            writer.key("name")
            writer.append(name)
            writer.appendVersions(statuses)
            writer.endObject()
        }
    }

    /// Publishes what was sent: 201 with `Location`. Writes files and loads a model.
    ///
    /// `?label=canary` gives the version that label instead of letting it serve, and `?serve=false` neither.
    func add(_ name: String, _ upload: Upload) throws(APIError) -> HTTPResponse {
        guard ModelRepository.isModelName(name) else { throw .modelName(name) }
        let query = try QueryParameters(upload.query, known: ["label", "serve"])
        let label = query["label"]
        let serves = try query.bool("serve") ?? (label == nil || label == VersionLabels.stable)
        let files = try files(of: upload)
        let version: UploadedVersion
        do { version = try UploadedVersion(files) } catch { throw .field(error) }
        do throws(ServingError) {
            if let label, label != VersionLabels.stable { try ModelRepository.checkLabel(label) }
            let number = try repository.upload(version, as: name, isToServe: serves)
            if let label, label != VersionLabels.stable {
                try repository.set(label: label, of: name, to: number)
            }
            return try added(name, number)
        } catch {
            throw .upload(error)
        }
    }

    private func added(_ name: String, _ number: Int) throws(ServingError) -> HTTPResponse {
        guard let status = try repository.model(named: name).first(where: { $0.version == number }) else {
            throw .versionNotFound(model: name, version: number)
        }
        return .json(
            status: .created, fields: [.init("Location", "/v1/models/\(name)/versions/\(number)")]
        ) { writer in
            writer.beginObject()
            writer.key("name")
            writer.append(name)
            writer.appendState(status)
            writer.appendNames(status)
            writer.endObject()
        }
    }

    /// What was sent, unpacked.
    private func files(of upload: Upload) throws(APIError) -> [UploadedFile] {
        var body = upload.body
        if let coding = upload.coding { body = try limits.inflated(body, coding) }
        switch upload.format {
        case .tar:
            // gzip's two bytes; no file of an archive has such a name.
            if upload.coding == nil, body.starts(with: [0x1F, 0x8B]) { body = try limits.inflated(body, .gzip) }
            guard !body.isEmpty else { throw .body("the body is empty; expected a tar archive of the version's files") }
            do { return try TarArchive.files(in: body) } catch { throw .field(error) }
        case .multipart(let boundary):
            let parts = try MultipartBody(body, boundary: boundary, limit: limits.maximumFiles).parts
            var files: [UploadedFile] = []
            for (index, part) in parts.enumerated() {
                guard let name = part.fileName else {
                    throw .field(
                        FieldError(path: "files[\(index)].name", expected: "a part with a filename", found: "none"))
                }
                files.append(UploadedFile(name: name, contents: part.bytes))
            }
            return files
        }
    }
}
