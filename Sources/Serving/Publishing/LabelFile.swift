import Glibc
import JSON

/// `labels.json` of one model. It changes in two steps, so that something else can happen between them that either
/// counts together with the new labels or not at all: `prepare` writes, and may find the disk full; `commit` renames.
struct LabelFile {
    static let fileName = "labels.json"
    /// The labels to come, beside the file.
    static let newFileName = ".labels.json.new"

    /// Largest file that is read. Bytes.
    private static let maximumBytes = 1 << 20

    /// The model's directory.
    let directory: String
    let model: String

    /// The labels of a model; none without a file.
    /// - Throws: `ServingError.file`.
    static func read(in directory: Directory) throws(ServingError) -> VersionLabels {
        guard let json = try directory.json(of: fileName, limit: maximumBytes) else { return VersionLabels() }
        do { return try VersionLabels(json: json) } catch { throw .file(fileName, reason: "\(error)") }
    }

    /// Writes labels so that they last, without making them count.
    func prepare(_ labels: VersionLabels) throws(ServingError) {
        try SystemFile.write(labels.json.bytes + [UInt8(ascii: "\n")], to: newPath, name: name)
    }

    /// Makes the prepared labels count, from now on and after a crash.
    func commit() throws(ServingError) {
        _ = try SystemFile.rename(newPath, to: "\(directory)/\(Self.fileName)", name: name)
        try SystemFile.synchronize(directory, name: model)
    }

    /// Removes the prepared labels.
    func discard() { unsafe unlink(newPath) }

    /// Both steps.
    func replace(_ labels: VersionLabels) throws(ServingError) {
        do throws(ServingError) {
            try prepare(labels)
            try commit()
        } catch {
            discard()
            throw error
        }
    }

    private var newPath: String { "\(directory)/\(Self.newFileName)" }
    private var name: String { "\(model)/\(Self.fileName)" }
}
