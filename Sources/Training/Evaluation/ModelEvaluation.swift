import JSON
import Tensors

/// A model's predictions for the rows of a split, and the report on them; how the model computes is the caller's matter.
///
///     let evaluation = try ModelEvaluation(data, split: .test, options: options) { samples, rows in … }
///     evaluation.report.json
package struct ModelEvaluation: Sendable {
    package let split: Split
    package let predictions: Predictions
    package let report: EvaluationReport

    /// Rows that are computed at once.
    private static let batch = 64
    /// How far probabilities may be from 1 in sum; those of a float32 softmax of many classes are within it.
    private static let tolerance: Float = 1e-3

    /// Computes and judges all rows of a split.
    ///
    /// - Parameters:
    ///   - data: The dataset, as the model takes it.
    ///   - split: Which rows; nil for the test rows, or the validation rows when there are none.
    ///   - options: What the report shows.
    ///   - compute: Answers for so many samples: [rows, columns].
    /// - Throws: `EvaluationError`.
    package init(
        _ data: TrainingData, split: Split?, options: EvaluationOptions = EvaluationOptions(),
        compute: (_ samples: UnsafePointer<Float>, _ rows: Int) throws(EvaluationError) -> [Float]
    ) throws(EvaluationError) {
        let chosen = split ?? (data.count(.test) > 0 ? .test : .validation)
        guard data.count(chosen) > 0 else {
            throw .field(FieldError(path: "split", expected: "a split that has rows", found: "\"\(chosen.rawValue)\""))
        }
        self.split = chosen
        predictions = unsafe try Self.predictions(data, chosen, compute)
        var slices: [EvaluationSlice] = []
        do throws(DatasetError) {
            for column in options.slices {
                slices += EvaluationSlice.slices(column: column, values: try data.values(ofColumn: column, in: chosen))
            }
        } catch {
            throw .data(error)
        }
        report = EvaluationReport(predictions, options: options, slices: slices)
    }

    private static func predictions(
        _ data: TrainingData, _ split: Split,
        _ compute: (UnsafePointer<Float>, Int) throws(EvaluationError) -> [Float]
    ) throws(EvaluationError) -> Predictions {
        let rows = data.count(split)
        let sampleCount = data.sampleShape.elementCount
        var samples = [Float](repeating: 0, count: Self.batch * sampleCount)
        var targets = [Float](repeating: 0, count: rows * data.targetWidth)
        var outputs: [Float] = []
        for start in stride(from: 0, to: rows, by: Self.batch) {
            let numbers = Array(start..<min(rows, start + Self.batch))
            try read(data, split, numbers, &samples, &targets)
            let answer = unsafe try compute(samples, numbers.count)
            try check(answer, rows: numbers.count, data)
            outputs += answer
        }
        let columns = outputs.count / rows
        var predictions = Predictions(classes: classes(of: data), values: values(of: data))
        unsafe predictions.append(
            outputs: outputs, targets: targets, rows: rows, columns: columns, targetColumns: data.targetWidth,
            isFromLogits: !areProbabilities(outputs, columns: columns))
        return predictions
    }

    private static func read(
        _ data: TrainingData, _ split: Split, _ numbers: [Int], _ samples: inout [Float], _ targets: inout [Float]
    ) throws(EvaluationError) {
        var none: RandomSource?
        let first = numbers[0] * data.targetWidth
        do {
            try unsafe samples.withUnsafeMutableBufferPointer { samples in
                try unsafe targets.withUnsafeMutableBufferPointer { targets in
                    guard let x = samples.baseAddress, let y = targets.baseAddress else { return }
                    try unsafe data.read(
                        split, rows: numbers, x: x, targets: y + first, lengths: nil, augmenting: &none)
                }
            }
        } catch let error as DatasetError {
            throw .data(error)
        } catch {
            preconditionFailure("reading samples throws no other errors")
        }
    }

    /// Whether the answer is one for the target of the data.
    private static func check(_ answer: [Float], rows: Int, _ data: TrainingData) throws(EvaluationError) {
        let columns = answer.count / rows
        if let classes = classes(of: data) {
            guard columns == classes.count || (columns == 1 && classes.count == 2) else {
                throw .outputs(expected: "\(classes.count), one for each class", found: "\(columns)")
            }
        } else {
            guard columns == data.targetWidth else {
                throw .outputs(expected: "\(data.targetWidth), one for each value", found: "\(columns)")
            }
        }
    }

    /// Whether all rows are probabilities: not below 0, nor more or less than 1 in sum; one alone is not above 1.
    private static func areProbabilities(_ outputs: [Float], columns: Int) -> Bool {
        stride(from: 0, to: outputs.count, by: columns).allSatisfy { start in
            let row = outputs[start..<start + columns]
            guard row.allSatisfy({ $0 >= 0 && $0 <= 1 + tolerance }) else { return false }
            return columns == 1 || abs(row.reduce(0, +) - 1) <= tolerance
        }
    }

    private static func classes(of data: TrainingData) -> [String]? {
        switch data.target {
        case .classes(let names): names
        case .binary: data.classNames ?? ["0", "1"]
        case .values: nil
        }
    }

    private static func values(of data: TrainingData) -> [String] {
        if case .values(let names) = data.target { names } else { [] }
    }
}
