/// What the rows of a request are written in.
enum BodyFormat: Sendable, Equatable {
    /// A JSON document of the dialect.
    case json
    /// Numbers of 32 bits, little-endian, row after row.
    case floats
    case npy
    case npz
    /// A PNG or JPEG file: one row.
    case image
    case csv
    /// A JSON value a line: each a row.
    case jsonLines
    /// Files with names: images, each a row, or one of another format.
    case multipart(boundary: String)

    /// What a Content-Type names. What `curl -d` and `--data-binary` send without being asked
    /// (application/x-www-form-urlencoded) is taken for JSON.
    /// - Throws: `APIError.mediaType`, or `.field` for a multipart body without a boundary.
    init(contentType: String) throws(APIError) {
        let essence = (contentType.split(separator: ";").first ?? "").lowercased().filter { $0 != " " && $0 != "\t" }
        switch essence {
        case "", "application/json", "application/x-www-form-urlencoded", "text/json", "text/plain": self = .json
        case "application/octet-stream": self = .floats
        case "application/x-npy", "application/npy": self = .npy
        case "application/x-npz", "application/npz": self = .npz
        case "image/png", "image/jpeg", "image/jpg": self = .image
        case "text/csv", "application/csv": self = .csv
        case "application/jsonl", "application/x-ndjson", "application/x-jsonlines": self = .jsonLines
        case "multipart/form-data": self = .multipart(boundary: try MultipartBody.boundary(contentType))
        default:
            guard essence.hasSuffix("+json") else { throw .mediaType(contentType) }
            self = .json
        }
    }

    /// What the end of a file's name says; nil when it says nothing.
    init?(fileName: String) {
        switch fileName.split(separator: ".").last?.lowercased() {
        case "json": self = .json
        case "jsonl", "ndjson": self = .jsonLines
        case "csv": self = .csv
        case "npy": self = .npy
        case "npz": self = .npz
        default: return nil
        }
    }

    /// Whether reading a body takes so long for its size that an event loop should not do it.
    var isSlow: Bool {
        switch self {
        case .image, .npz, .csv, .multipart: true
        case .json, .jsonLines, .floats, .npy: false
        }
    }

    /// The media type of a file that begins like that; nil for none that is known, such as JSON.
    static func mediaType(ofFile bytes: UnsafeRawBufferPointer) -> String? {
        let beginnings: [(bytes: [UInt8], mediaType: String)] = [
            ([0x89, 0x50, 0x4E, 0x47], "image/png"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
            ([0x93, 0x4E, 0x55, 0x4D], "application/x-npy"), ([0x50, 0x4B, 3, 4], "application/x-npz"),
        ]
        return beginnings.first { unsafe bytes.starts(with: $0.bytes) }?.mediaType
    }

    /// All of them, for those who sent something else.
    static let mediaTypes =
        "application/json, application/octet-stream, application/x-npy, application/x-npz, image/png, image/jpeg, text/csv, "
        + "application/jsonl, multipart/form-data"
}

/// What an answer is written in.
enum AnswerFormat: Sendable {
    case json
    /// The output as a `.npy` file.
    case npy
    /// The output's numbers of 32 bits, little-endian, row after row.
    case floats

    /// What an Accept likes best; JSON when that is nothing known.
    init(accept: String?) { self = AcceptField.best(accept, Self.format(of:)) ?? .json }

    private static func format(of mediaType: String) -> AnswerFormat? {
        switch mediaType {
        case "application/json", "*/*", "application/*": .json
        case "application/x-npy", "application/npy": .npy
        case "application/octet-stream": .floats
        default: nil
        }
    }
}
