import Graphs
import JSON
import Tensors

/// How the numbers of a sample become the inputs of a model: all go to its one input, beside which there may be one of
/// lengths, or a sample holds those of several inputs one after another.
package struct SampleParts: Sendable {
    /// The sizes of a row of each input; symbols where one is free.
    private let shapes: [[Dimension]]
    /// Whether the second input says how many steps of each sequence count.
    package let takesLengths: Bool

    /// - Parameter shapes: The sizes of a row of each input, without the batch.
    init(shapes: [[Dimension]]) {
        self.shapes = shapes
        takesLengths = shapes.count == 2 && shapes[1].isEmpty
    }

    /// Whether samples hold the numbers of several inputs.
    package var isJoined: Bool { shapes.count > (takesLengths ? 2 : 1) }

    /// What samples are like: the sizes of the input's rows, or how many numbers several inputs take together; nil where
    /// one is free.
    var sampleShape: [Int?] {
        guard isJoined else { return (shapes.first ?? []).map(\.fixedValue) }
        return [total([:])]
    }

    /// The names of the free sizes, in the order of the inputs.
    private var symbols: [String] {
        var names: [String] = []
        for symbol in shapes.joined().flatMap({ $0.symbols.sorted() }) where !names.contains(symbol) {
            names.append(symbol)
        }
        return names
    }

    /// Floats of a row of an input; nil when a size is not known.
    private static func width(_ shape: [Dimension], _ sizes: [String: Int]) -> Int? {
        shape.reduce(Dimension.fixed(1), *).value(sizes)
    }

    /// Floats of a row of all inputs together.
    private func total(_ sizes: [String: Int]) -> Int? {
        shapes.reduce(Optional(0)) { sum, shape in
            guard let sum, let width = Self.width(shape, sizes) else { return nil }
            return sum + width
        }
    }

    /// What the free sizes are for samples of a shape. Of several inputs, those that are not stated are all the same.
    /// - Parameters:
    ///   - sample: The shape of a sample.
    ///   - stated: Sizes by name, as the request says them.
    /// - Returns: All free sizes by name.
    /// - Throws: when such samples do not fill the inputs, or a name is that of no free size.
    func sizes(of sample: [Int], stated: [String: Int]) throws(FieldError) -> [String: Int] {
        let symbols = symbols
        for name in stated.keys.sorted() where !symbols.contains(name) {
            throw FieldError(
                path: "sizes.\(name)",
                expected: symbols.isEmpty
                    ? "nothing, as the model has no free sizes"
                    : "one of the model's free sizes \(symbols.joined(separator: ", "))", found: "another name")
        }
        if let sizes = isJoined ? joinedSizes(sample, stated) : ownSizes(sample, stated) { return sizes }
        throw FieldError(path: "dataset", expected: expectation, found: "samples \(sample)")
    }

    /// What samples have to be like.
    private var expectation: String {
        let texts = shapes.map { "[\($0.map(\.description).joined(separator: ", "))]" }
        guard isJoined, !symbols.isEmpty else {
            let sizes = sampleShape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
            return "samples [\(sizes)], as the model takes"
        }
        let together = "samples of \(texts.joined(separator: " and ")) one after another, as the model takes"
        return symbols.count > 1 ? "\(together); \"sizes\" says how long each is" : together
    }

    private func joinedSizes(_ sample: [Int], _ stated: [String: Int]) -> [String: Int]? {
        let wanted = sample.reduce(1, *)
        let unstated = symbols.filter { stated[$0] == nil }
        let common = unstated.isEmpty ? 1...1 : 1...max(wanted, 1)
        for size in common {
            let sizes = stated.merging(unstated.map { ($0, size) }) { given, _ in given }
            guard let total = total(sizes), total <= wanted else { return nil }
            if total == wanted { return sizes }
        }
        return nil
    }

    private func ownSizes(_ sample: [Int], _ stated: [String: Int]) -> [String: Int]? {
        let shape = shapes.first ?? []
        guard shape.contains(where: { $0.fixedValue == nil }) else {
            return Self.width(shape, [:]) == sample.reduce(1, *) ? [:] : nil
        }
        guard shape.count == sample.count else { return nil }
        var sizes = stated
        for case (.symbol(let name), let size) in zip(shape, sample) { sizes[name] = sizes[name] ?? size }
        return zip(shape, sample).allSatisfy { $0.value(sizes) == $1 } ? sizes : nil
    }

    /// Reads samples of a split into a model's inputs.
    /// - Parameters:
    ///   - data: Has samples that fit.
    ///   - split: Has samples.
    ///   - rows: Which ones.
    ///   - sizes: What the free sizes are.
    ///   - inputs: [rows, …] of each input.
    ///   - targets: [rows, targetWidth]
    ///   - random: Chooses how samples are augmented; nil leaves them as they are.
    /// - Throws: when the disk cannot be read.
    func read(
        _ data: TrainingData, _ split: Split, rows: [Int], sizes: [String: Int],
        inputs: [UnsafeMutablePointer<Float>], targets: UnsafeMutablePointer<Float>,
        augmenting random: inout RandomSource?
    ) throws(DatasetError) {
        guard isJoined else {
            return try unsafe data.read(
                split, rows: rows, x: inputs[0], targets: targets, lengths: takesLengths ? inputs[1] : nil,
                augmenting: &random)
        }
        let total = data.sampleShape.elementCount
        let joined = AlignedStorage(floatCount: rows.count * total)
        try unsafe data.read(
            split, rows: rows, x: joined.floats, targets: targets, lengths: nil, augmenting: &random)
        var before = 0
        for (index, shape) in shapes.enumerated() {
            guard let width = Self.width(shape, sizes) else { preconditionFailure("a size of the samples") }
            for row in rows.indices {
                unsafe (inputs[index] + row * width).update(from: joined.floats + row * total + before, count: width)
            }
            before += width
        }
    }
}
