/// The formats that datasets come in.
package enum DatasetFormat: String, Sendable, CaseIterable {
    /// NumPy's archive: `x`, `y`, and optionally `x_validation`, `y_validation`, `x_test`, `y_test`.
    case npz
    /// One array [rows, columns], the last column the target.
    case npy
    case csv
    /// JSON lines: one object a row.
    case jsonl
    /// An archive of PNG and JPEG files by class, or of one CSV or JSON lines file for each split.
    case zip
    /// A directory of the same, or of `.npy` files named like the arrays of an npz.
    case folder

    /// The format of a media type, without its parameters; nil for others.
    package init?(mediaType: String) {
        switch mediaType.lowercased() {
        case "application/x-npz": self = .npz
        case "application/x-npy": self = .npy
        case "text/csv", "text/tab-separated-values": self = .csv
        case "application/jsonl", "application/x-ndjson", "application/x-jsonlines", "application/json-lines":
            self = .jsonl
        case "application/zip", "application/x-zip-compressed": self = .zip
        default: return nil
        }
    }

    /// The format that a file's name says.
    package init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        switch fileName[dot...].dropFirst().lowercased() {
        case "csv", "tsv", "txt": self = .csv
        case "ndjson", "jsonl": self = .jsonl
        case let ending:
            guard let format = DatasetFormat(rawValue: ending), format != .folder else { return nil }
            self = format
        }
    }

    /// The format that a file's first bytes show; text is CSV unless it starts an object.
    package init?(firstBytes bytes: [UInt8]) {
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
            self = .zip
        } else if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
            self = .npy
        } else {
            guard let first = bytes.first(where: { $0 > 0x20 }), !bytes.contains(0) else { return nil }
            self = first == UInt8(ascii: "{") ? .jsonl : .csv
        }
    }
}
