import JSON

/// How often each class came, was predicted, and both.
struct RunningClasses: Sendable, Equatable {
    private var support: [Int] = []
    private var predicted: [Int] = []
    private var hits: [Int] = []

    init() {}

    /// Takes a row: [columns] and the index of a class or [columns].
    mutating func add(
        output: UnsafeBufferPointer<Float>, target: UnsafeBufferPointer<Float>, isFromLogits: Bool
    ) {
        let (prediction, index): (Int, Int)
        if output.count == 1 {
            prediction = unsafe output[0] > (isFromLogits ? 0 : 0.5) ? 1 : 0
            index = unsafe target[0] > 0.5 ? 1 : 0
        } else {
            prediction = unsafe Self.largest(output)
            index = unsafe target.count == 1 ? Int(target[0]) : Self.largest(target)
        }
        let size = max(output.count, 2)
        if support.count < size {
            support = [Int](repeating: 0, count: size)
            (predicted, hits) = (support, support)
        }
        support[index] += 1
        predicted[prediction] += 1
        if prediction == index { hits[index] += 1 }
    }

    /// As `ConfusionMatrix` has them.
    func metrics(rows: Int) -> MetricList {
        let known = support.indices.filter { support[$0] + predicted[$0] > 0 }
        let f1 = known.reduce(0) { $0 + 2 * Double(hits[$1]) / Double(support[$1] + predicted[$1]) }
        return [
            "accuracy": Double(hits.reduce(0, +)) / Double(rows), "f1_macro": f1 / Double(known.count),
        ]
    }

    var state: JSONValue {
        ["support": JSONValue(support), "predicted": JSONValue(predicted), "hits": JSONValue(hits)]
    }

    init(_ state: JSONFields) throws(FieldError) {
        var fields = state
        support = try fields.integers("support", in: 0...Int.max) ?? []
        predicted = try fields.integers("predicted", in: 0...Int.max) ?? []
        hits = try fields.integers("hits", in: 0...Int.max) ?? []
        try fields.finish()
        guard predicted.count == support.count, hits.count == support.count else {
            throw fields.error("hits", "\(support.count) numbers", JSONValue(hits))
        }
    }

    /// The place of the largest value; the first of equals.
    private static func largest(_ values: UnsafeBufferPointer<Float>) -> Int {
        var (best, index) = (-Float.infinity, 0)
        for position in values.indices {
            let value = unsafe values[position]
            if value > best { (best, index) = (value, position) }
        }
        return index
    }
}
