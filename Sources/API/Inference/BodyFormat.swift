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

    /// What a Content-Type names. What `curl -d` and `--data-binary` send without being asked
    /// (application/x-www-form-urlencoded) is taken for JSON.
    /// - Throws: `APIError.mediaType`.
    init(contentType: String) throws(APIError) {
        let essence = (contentType.split(separator: ";").first ?? "").lowercased().filter { $0 != " " && $0 != "\t" }
        switch essence {
        case "", "application/json", "application/x-www-form-urlencoded", "text/json", "text/plain": self = .json
        case "application/octet-stream": self = .floats
        case "application/x-npy", "application/npy": self = .npy
        case "application/x-npz", "application/npz": self = .npz
        case "image/png", "image/jpeg", "image/jpg": self = .image
        case "text/csv", "application/csv": self = .csv
        default:
            guard essence.hasSuffix("+json") else { throw .mediaType(contentType) }
            self = .json
        }
    }

    /// Whether reading a body takes so long for its size that an event loop should not do it.
    var isSlow: Bool { self == .image || self == .npz || self == .csv }

    /// All of them, for those who sent something else.
    static let mediaTypes =
        "application/json, application/octet-stream, application/x-npy, application/x-npz, image/png, image/jpeg, text/csv"
}

/// What an answer is written in.
enum AnswerFormat: Sendable {
    case json
    /// The output as a `.npy` file.
    case npy
    /// The output's numbers of 32 bits, little-endian, row after row.
    case floats

    /// The first of the media types in an Accept that is known; JSON when there is none.
    init(accept: String?) {
        self = .json
        for element in (accept ?? "").lowercased().split(separator: ",") {
            switch (element.split(separator: ";").first ?? "").filter({ $0 != " " && $0 != "\t" }) {
            case "application/json", "*/*", "application/*": return
            case "application/x-npy", "application/npy":
                self = .npy
                return
            case "application/octet-stream":
                self = .floats
                return
            default: continue
            }
        }
    }
}
