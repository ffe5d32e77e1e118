/// What a version is sent as.
enum UploadFormat: Sendable, Equatable {
    /// A tar archive, compressed with gzip or not.
    case tar
    /// Files with names.
    case multipart(boundary: String)

    static let mediaTypes = "application/x-tar, application/gzip, multipart/form-data"

    /// What a Content-Type names.
    /// - Throws: `APIError.uploadType`, or `.field` for a multipart body without a boundary.
    init(contentType: String?) throws(APIError) {
        guard let contentType else { throw .uploadType("none") }
        let essence = (contentType.split(separator: ";").first ?? "").lowercased().filter { $0 != " " && $0 != "\t" }
        switch essence {
        case "application/x-tar", "application/tar", "application/gzip", "application/x-gzip", "application/x-gtar",
            "application/x-compressed-tar":
            self = .tar
        case "multipart/form-data": self = .multipart(boundary: try MultipartBody.boundary(contentType))
        default: throw .uploadType(contentType)
        }
    }
}
