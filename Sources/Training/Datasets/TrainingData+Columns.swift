import JSON
import Preprocessing

extension TrainingData {
    /// The columns that may be inputs: all but the target. A series that is predicted some rows ahead is known up to
    /// there, so that its past is an input.
    static func inputColumns(_ dataset: Dataset, _ targets: TargetReader, _ window: Window?) -> [Int]? {
        guard dataset.features == nil else { return nil }
        let known = window.map { $0.horizon > 0 } ?? false
        return dataset.columns.indices.filter { known && !dataset.columns[$0].isText || !targets.columns.contains($0) }
    }

    /// The names that are no inputs.
    static func unused(_ dataset: Dataset, _ columns: [Int]?) -> [String] {
        guard let columns else { return [] }
        return dataset.columns.indices.filter { !columns.contains($0) }.map { dataset.columns[$0].name }
    }

    /// Where the columns of an existing preprocessing stand in a dataset; nil for rows without a table.
    static func columns(
        of preprocessing: Preprocessing, in dataset: Dataset, _ targets: TargetReader
    ) throws(DatasetError) -> [Int]? {
        let names: [String]
        switch (preprocessing.input, dataset.features) {
        case (.table(let columns), nil): names = columns.map(\.name)
        case (.sequence(let form), nil) where !form.columns.isEmpty: names = form.columns
        case (.image(let height, let width, let channels), .tensor(let shape, _, _)):
            return try check([height, width, channels], shape)
        case (.tensor(let expected), .tensor(let shape, _, _)): return try check(expected, shape)
        case (.sequence(let form), .tensor(let shape, _, _)) where form.padding == nil:
            return try check([form.length, form.features], shape)
        case (.sequence(let form), .tensor(let shape, _, _)) where (shape.count > 1 ? shape[1] : 1) == form.features:
            return nil
        case (.sequence(let form), .sequences(let features, _)) where form.features == features: return nil
        case (.image, .images): return nil
        case (.tensor, nil), (.image, nil), (.sequence, nil):
            let columns = dataset.columns.indices.filter { !targets.columns.contains($0) }
            _ = try check(preprocessing.input.numericShape ?? [], [columns.count])
            return columns
        default:
            throw .field(
                FieldError(path: "dataset", expected: "rows of the kind the model takes", found: "another kind"))
        }
        return try names.map { name throws(DatasetError) in
            guard let index = dataset.columns.firstIndex(where: { $0.name == name }) else {
                throw .field(
                    FieldError(path: "dataset", expected: "a column \"\(name)\", which the model takes", found: "none"))
            }
            return index
        }
    }

    private static func check(_ expected: [Int], _ found: [Int]) throws(DatasetError) -> [Int]? {
        guard expected.reduce(1, *) == found.reduce(1, *) else {
            throw .field(
                FieldError(
                    path: "dataset", expected: "rows of shape \(expected), as the model takes", found: "\(found)"))
        }
        return nil
    }

    /// The samples of each split.
    static func split(
        _ options: DataOptions, _ targets: TargetReader, _ window: Window?, _ reader: DatasetReader,
        _ filter: RowFilter?
    ) throws(DatasetError) -> [Split: SampleIndex] {
        guard window == nil || filter == nil else {
            throw .field(
                FieldError(
                    path: "preprocessing.steps", expected: "no drop_rows beside windows, which need all rows",
                    found: "both"))
        }
        let plan = SplitPlan(reader: reader, options: options, filter: filter)
        guard targets.classNames != nil, window == nil else { return try plan.indices(window: window, classOf: nil) }
        return try plan.indices(window: nil) { row throws(DatasetError) in
            var index: Float = 0
            let cells = try reader[.train].cells(row, columns: targets.columns)
            try unsafe targets.read(cells, split: .train, row: row, into: &index)
            return Int(index)
        }
    }
}

extension RowInput {
    /// Where the columns stand that a plan uses.
    func columns(of plan: PreprocessingPlan) throws(DatasetError) -> [Int] {
        guard let columns, case .table(let raw) = form else { return [] }
        do {
            return try plan.indices(of: raw).map { columns[$0] }
        } catch {
            throw .preprocessing(.declaration(error))
        }
    }

    /// Fits a plan to some rows.
    /// - Returns: what was fitted, and the columns that it takes.
    func fit(
        _ plan: PreprocessingPlan, rows: SampleIndex, sample: SampleForm
    ) throws(DatasetError) -> (Preprocessing, columns: [Int]?) {
        var fit: PreprocessingFit
        do { fit = try PreprocessingFit(plan, rows: form, sample: sample) } catch { throw .preprocessing(error) }
        let chosen = fit.columnIndices.map { $0.compactMap { columns?[$0] } }
        let input = RowInput(reader: reader, columns: chosen, window: window)
        // Windows overlap; each row of the series counts once.
        let last = window.map { _ in rows.count > 0 ? rows[rows.count - 1] : 0 }
        while fit.needsRows {
            if let window, let last, rows.count > 0 {
                for row in rows[0]..<(last + window.length) { try input.add(row, rows.part, to: &fit) }
            } else {
                for sample in 0..<rows.count { try input.add(rows[sample], rows.part, to: &fit) }
            }
            do { try fit.endPass() } catch { throw .preprocessing(error) }
        }
        return (fit.preprocessing(), chosen)
    }

    private func add(_ row: Int, _ part: Split, to fit: inout PreprocessingFit) throws(DatasetError) {
        try withRow(part, row) { raw throws(PreprocessingError) in try fit.add(raw, number: row) }
    }
}
