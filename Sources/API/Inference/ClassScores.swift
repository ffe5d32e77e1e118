import JSON
import Serving
import Tensors

/// The first output of an answer as scores of classes: [rows, classes], or the probability of the second of two.
struct ClassScores {
    private let tensor: Tensor
    private let names: [String]

    /// Of the first output; nil for one of another shape.
    init?(_ outputs: [OutputRows], _ version: ModelVersion) {
        guard let first = outputs.first?.tensor else { return nil }
        self.init(first, version.classNames)
    }

    /// - Parameters:
    ///   - tensor: Scores; nil comes of another shape.
    ///   - classNames: Counts for nothing when it does not fit.
    init?(_ tensor: Tensor, _ classNames: [String]) {
        guard tensor.shape.rank == 2, tensor.shape[1] > 0 else { return nil }
        let columns = tensor.shape[1]
        self.tensor = tensor
        names = classNames.count == columns || columns == 1 && classNames.count == 2 ? classNames : []
    }

    private var rows: Int { tensor.shape[0] }
    /// Whether the one column is the probability of the second of two classes.
    private var isBinary: Bool { tensor.shape[1] == 1 && names.count == 2 }
    /// Number of classes.
    var count: Int { isBinary ? 2 : tensor.shape[1] }

    /// What a class is called: its number when it has no name.
    func name(_ index: Int) -> String { names.isEmpty ? String(index) : names[index] }

    /// The name of a class; nil when it has none.
    func label(_ index: Int) -> String? { names.isEmpty ? nil : names[index] }

    /// The score of a class in a row.
    func score(_ row: Int, _ index: Int) -> Float {
        guard isBinary else { return unsafe tensor.storage.floats[row * tensor.shape[1] + index] }
        let second = unsafe tensor.storage.floats[row]
        return index == 1 ? second : 1 - second
    }

    /// The classes of a row with the greatest scores, greatest first; equal ones by number, no number last.
    func best(_ row: Int, _ limit: Int) -> [Int] {
        func value(_ index: Int) -> Float {
            let score = score(row, index)
            return score.isNaN ? -.infinity : score
        }
        if limit == 1 {
            return [(0..<count).reduce(0) { value($1) > value($0) ? $1 : $0 }]
        }
        let order = (0..<count).sorted { (value($0), $1) > (value($1), $0) }
        return Array(order.prefix(limit))
    }

    /// The member `classes`: the likeliest of each row, when the classes have names.
    func appendNames(_ writer: inout JSONWriter) {
        guard !names.isEmpty else { return }
        writer.key("classes")
        writer.beginArray()
        for row in 0..<rows { writer.append(name(best(row, 1)[0])) }
        writer.endArray()
    }

    /// The member `top_k`: the likeliest of each row, with their scores.
    func appendTop(_ limit: Int, _ writer: inout JSONWriter) {
        writer.key("top_k")
        writer.beginArray()
        for row in 0..<rows {
            writer.beginArray()
            for index in best(row, limit) {
                writer.beginObject()
                writer.key("class")
                writer.append(name(index))
                writer.key("index")
                writer.append(index)
                writer.key("score")
                writer.append(score(row, index))
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endArray()
    }

    /// Every class of each row as a pair of its name and its score.
    func appendResults(_ writer: inout JSONWriter) {
        writer.beginArray()
        for row in 0..<rows {
            writer.beginArray()
            for index in 0..<count {
                writer.beginArray()
                writer.append(name(index))
                writer.append(score(row, index))
                writer.endArray()
            }
            writer.endArray()
        }
        writer.endArray()
    }
}
