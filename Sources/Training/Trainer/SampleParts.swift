import Tensors

/// How the numbers of a sample become the inputs of a model: all go to its one input, beside which there may be one of
/// lengths, or a sample holds those of several inputs one after another.
package struct SampleParts: Sendable {
    /// The sizes of a row of each input; nil where one is free.
    private let shapes: [[Int?]]
    /// Whether the second input says how many steps of each sequence count.
    package let takesLengths: Bool

    init(shapes: [[Int?]]) {
        self.shapes = shapes
        takesLengths = shapes.count == 2 && shapes[1].isEmpty
    }

    /// Whether samples hold the numbers of several inputs.
    package var isJoined: Bool { shapes.count > (takesLengths ? 2 : 1) }

    /// What samples are like: the sizes of the input's rows, or how many numbers several inputs take together.
    var sampleShape: [Int?] {
        guard isJoined else { return shapes.first ?? [] }
        return [isFree ? nil : shapes.reduce(0) { $0 + Self.width($1, steps: 1) }]
    }

    private var isFree: Bool { shapes.contains { $0.contains(nil) } }

    /// Floats of a row.
    private static func width(_ shape: [Int?], steps: Int) -> Int { shape.reduce(1) { $0 * ($1 ?? steps) } }

    /// What free sizes are for samples of a shape, the same for all; nil without any, or when the numbers of several inputs
    /// cannot be divided so.
    func steps(_ sample: [Int]) -> Int? {
        guard isFree else { return nil }
        guard isJoined else { return sample.first }
        let total = sample.reduce(1, *)
        return (1...max(total, 1)).first { steps in
            shapes.reduce(0) { $0 + Self.width($1, steps: steps) } >= total
        }
    }

    /// Whether samples of a shape fill the inputs.
    func fit(_ sample: [Int]) -> Bool {
        if isJoined {
            let steps = steps(sample) ?? 1
            return shapes.reduce(0) { $0 + Self.width($1, steps: steps) } == sample.reduce(1, *)
        }
        let wanted = shapes.first ?? []
        guard wanted.contains(nil) else { return Self.width(wanted, steps: 1) == sample.reduce(1, *) }
        return wanted.count == sample.count && zip(wanted, sample).allSatisfy { $0 == nil || $0 == $1 }
    }

    /// Reads samples of a split into a model's inputs.
    /// - Parameters:
    ///   - data: Has samples that fit.
    ///   - split: Has samples.
    ///   - rows: Which ones.
    ///   - inputs: [rows, …] of each input.
    ///   - targets: [rows, targetWidth]
    ///   - random: Chooses how samples are augmented; nil leaves them as they are.
    /// - Throws: when the disk cannot be read.
    func read(
        _ data: TrainingData, _ split: Split, rows: [Int], inputs: [UnsafeMutablePointer<Float>],
        targets: UnsafeMutablePointer<Float>, augmenting random: inout RandomSource?
    ) throws(DatasetError) {
        guard isJoined else {
            return try unsafe data.read(
                split, rows: rows, x: inputs[0], targets: targets, lengths: takesLengths ? inputs[1] : nil,
                augmenting: &random)
        }
        let sample = data.sampleShape.dimensions
        let (total, steps) = (sample.reduce(1, *), steps(sample) ?? 1)
        let joined = AlignedStorage(floatCount: rows.count * total)
        try unsafe data.read(
            split, rows: rows, x: joined.floats, targets: targets, lengths: nil, augmenting: &random)
        var before = 0
        for (index, shape) in shapes.enumerated() {
            let width = Self.width(shape, steps: steps)
            for row in rows.indices {
                unsafe (inputs[index] + row * width).update(from: joined.floats + row * total + before, count: width)
            }
            before += width
        }
    }
}
