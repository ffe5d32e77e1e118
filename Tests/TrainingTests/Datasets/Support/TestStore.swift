import Preprocessing
import Tensors
import TestSupport
import Training

/// A store in a directory of its own.
struct TestStore {
    let directory = TemporaryDirectory()
    let store: DatasetStore

    init() throws { store = try DatasetStore(directory: directory.path + "/datasets") }

    /// Stores a dataset named "data".
    func add(_ bytes: [UInt8], _ format: DatasetFormat? = nil) throws -> Dataset {
        try store.add(name: "data", bytes: bytes, format: format)
    }

    /// Stores a table named "data".
    func add(csv text: String) throws -> Dataset { try add(Array(text.utf8), .csv) }
}

/// A few samples with their targets.
struct Batch: Equatable {
    var x: [Float]
    var targets: [Float]
    var lengths: [Float]
}

extension TrainingData {
    /// All samples of a split, or some.
    func batch(_ split: Split, rows: [Int]? = nil, random: RandomSource? = nil) throws -> Batch {
        let rows = rows ?? Array(0..<count(split))
        var batch = Batch(
            x: [Float](repeating: -1, count: rows.count * sampleShape.elementCount),
            targets: [Float](repeating: -1, count: rows.count * targetWidth),
            lengths: [Float](repeating: -1, count: rows.count))
        var random = random
        try batch.x.withUnsafeMutableBufferPointer { x in
            try batch.targets.withUnsafeMutableBufferPointer { targets in
                try batch.lengths.withUnsafeMutableBufferPointer { lengths in
                    guard let x = x.baseAddress, let targets = targets.baseAddress else { return }
                    try read(
                        split, rows: rows, x: x, targets: targets, lengths: lengths.baseAddress, augmenting: &random)
                }
            }
        }
        return batch
    }
}
