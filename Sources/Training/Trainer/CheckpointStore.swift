import Glibc
import JSON
import ModelFormats
import Tensors

/// The checkpoints of one training: directories `checkpoint-<steps>` that are written whole, the two newest kept, so
/// that a damaged one costs one interval.
struct CheckpointStore: Sendable {
    /// A training's whole state.
    struct Checkpoint: Sendable {
        let state: JSONValue
        let tensors: [String: Tensor]
    }

    private static let prefix = "checkpoint-"
    private static let stateFile = "state.json"
    private static let tensorFile = "tensors.safetensors"
    private static let kept = 2

    /// The directory of the job.
    let directory: String

    /// Writes a checkpoint and removes older ones.
    func write(_ checkpoint: Checkpoint, steps: Int) throws(TrainingError) {
        let path = "\(directory)/\(Self.prefix)\(steps)"
        // One of the same step is from before an interruption, and the same.
        Self.remove(path)
        do {
            try SealedDirectory.write(
                [
                    Self.stateFile: checkpoint.state.bytes,
                    Self.tensorFile: SafeTensors(tensors: checkpoint.tensors).bytes(),
                ], to: path)
        } catch {
            throw .checkpoint(reason: "\(error)")
        }
        // Those of later steps are damaged or of another training: they must not take the place of good ones.
        let earlier = writtenSteps().filter { $0 <= steps }
        for old in writtenSteps() where old > steps || !earlier.suffix(Self.kept).contains(old) {
            Self.remove("\(directory)/\(Self.prefix)\(old)")
        }
    }

    /// The newest checkpoint that is whole; nil when there is none. `refused` is called with the reason for each newer
    /// one that is damaged.
    func newest(refused: (String) -> Void) -> Checkpoint? {
        for steps in writtenSteps().reversed() {
            do {
                return try read("\(directory)/\(Self.prefix)\(steps)")
            } catch {
                refused("checkpoint of step \(steps): \(error)")
            }
        }
        return nil
    }

    /// Removes all checkpoints.
    func removeAll() {
        for steps in writtenSteps() { Self.remove("\(directory)/\(Self.prefix)\(steps)") }
    }

    /// Removes what a run that was killed has left half-written, under hidden names, in the job's directory.
    func removeLeftovers() {
        for name in (try? Directories.names(directory)) ?? [] where Self.hidden.contains(where: name.hasPrefix) {
            Directories.remove("\(directory)/\(name)")
        }
    }

    /// How `DirectoryWriter` begins the names of checkpoints and bundles that are not complete.
    private static let hidden = [".\(prefix)", ".bundle."]

    private func read(_ path: String) throws -> Checkpoint {
        let files = try SealedDirectory.read([Self.stateFile, Self.tensorFile], from: path)
        guard let state = files[Self.stateFile], let tensors = files[Self.tensorFile] else {
            preconditionFailure("both were read")
        }
        return Checkpoint(
            state: try JSONValue(parsing: state), tensors: try SafeTensors(bytes: tensors).tensors)
    }

    /// The steps of the checkpoints that are there, rising.
    private func writtenSteps() -> [Int] {
        var steps: [Int] = []
        for name in (try? Directories.names(directory)) ?? [] where name.hasPrefix(Self.prefix) {
            if let number = Int(name.dropFirst(Self.prefix.count)) { steps.append(number) }
        }
        return steps.sorted()
    }

    /// Removes a checkpoint's directory, its manifest first: what is left after a crash is no checkpoint.
    private static func remove(_ path: String) {
        for name in ["MANIFEST.sha256", stateFile, tensorFile] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}
