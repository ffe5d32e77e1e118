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
        for old in writtenSteps().dropLast(Self.kept) { Self.remove("\(directory)/\(Self.prefix)\(old)") }
    }

    /// The newest checkpoint that is whole; nil when there is none. `refused` is called with the reason for each newer one
    /// that is damaged.
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
        guard let listing = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(listing) }
        var steps: [Int] = []
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasPrefix(Self.prefix), let number = Int(name.dropFirst(Self.prefix.count)) { steps.append(number) }
        }
        return steps.sorted()
    }

    /// Removes a checkpoint's directory, its manifest first: what is left after a crash is no checkpoint.
    private static func remove(_ path: String) {
        for name in ["MANIFEST.sha256", stateFile, tensorFile] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}
