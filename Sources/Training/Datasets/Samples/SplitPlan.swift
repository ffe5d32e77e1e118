import JSON
import Preprocessing
import Tensors

/// Which rows are trained on and which are held out.
struct SplitPlan {
    let reader: DatasetReader
    let options: DataOptions
    /// Leaves rows out; nil keeps all, as windows need them.
    let filter: RowFilter?

    /// The samples of each split that has any. `classOf` is the class of a training row; `window` is how rows make
    /// sequences, nil when each is a sample.
    func indices(
        window: Window?, classOf: ((Int) throws(DatasetError) -> Int)?
    ) throws(DatasetError) -> [Split: SampleIndex] {
        let (validation, test) = try fractions()
        var indices: [Split: SampleIndex] = [:]
        for split in reader.splits where split != .train { indices[split] = try samples(split, window) }
        if validation == 0, test == 0 {
            indices[.train] = try samples(.train, window)
        } else if window != nil || options.isShuffled == false {
            let rows = try filter?.rows(.train)
            let count = rows?.count ?? reader[.train].rowCount
            let tested = Int((Double(count) * test).rounded())
            let validated = Int((Double(count) * validation).rounded())
            let last = count - tested - validated
            let ranges = [
                (Split.train, 0..<last), (.validation, last..<(last + validated)), (.test, (last + validated)..<count),
            ]
            for (split, range) in ranges where !range.isEmpty { indices[split] = pieces(range, of: rows, window) }
        } else {
            let rows = try filter?.rows(.train) ?? (0..<reader[.train].rowCount).map { UInt32($0) }
            let picked = try picked(rows, validation, test, classOf: options.isStratified ? classOf : nil)
            for (split, rows) in picked where !rows.isEmpty { indices[split] = SampleIndex(.train, rows: rows) }
        }
        try check(indices, [.validation: validation, .test: test])
        return indices.filter { $0.value.count > 0 }
    }

    /// The fractions of the training rows that are held out.
    private func fractions() throws(DatasetError) -> (validation: Double, test: Double) {
        let given = reader.splits
        for (split, fraction) in [(Split.validation, options.validation), (.test, options.test)] {
            guard given.contains(split), let fraction, fraction > 0 else { continue }
            throw .field(
                FieldError(
                    path: "splits.\(split.rawValue)", expected: "none, because the dataset has rows for it",
                    found: "\(fraction)"))
        }
        let hasOwn = given.contains(.validation) || given.contains(.test)
        let validates = !hasOwn || options.needsValidation
        return (
            given.contains(.validation) ? 0 : options.validation ?? (validates ? DataOptions.defaultFraction : 0),
            given.contains(.test) ? 0 : options.test ?? (hasOwn ? 0 : DataOptions.defaultFraction)
        )
    }

    /// Samples of all rows of a part.
    private func samples(_ part: Split, _ window: Window?) throws(DatasetError) -> SampleIndex {
        if window == nil, let filter { return SampleIndex(part, rows: try filter.rows(part)) }
        let count = reader[part].rowCount
        guard let window else { return SampleIndex(all: part, count: count) }
        return SampleIndex(part, rows: (0..<window.count(rows: count)).map { UInt32($0 * window.stride) })
    }

    /// Samples of a piece of the training rows, in their order.
    private func pieces(_ range: Range<Int>, of rows: [UInt32]?, _ window: Window?) -> SampleIndex {
        guard let window else {
            return SampleIndex(.train, rows: rows.map { Array($0[range]) } ?? range.map { UInt32($0) })
        }
        let count = window.count(rows: range.count)
        return SampleIndex(.train, rows: (0..<count).map { UInt32(range.lowerBound + $0 * window.stride) })
    }

    /// Rows by chance, of each class its share; each list in the order of the rows.
    private func picked(
        _ all: [UInt32], _ validation: Double, _ test: Double, classOf: ((Int) throws(DatasetError) -> Int)?
    ) throws(DatasetError) -> [Split: [UInt32]] {
        var classes: [Int: [UInt32]] = [:]
        for row in all { classes[try classOf?(Int(row)) ?? 0, default: []].append(row) }
        var random = RandomSource(seed: options.seed)
        var picked: [Split: [UInt32]] = [.train: [], .validation: [], .test: []]
        // What the shares of the classes before were rounded by, so that the sums come out right.
        var (owedValidation, owedAll) = (0.0, 0.0)
        for key in classes.keys.sorted() {
            var rows = classes[key] ?? []
            rows.shuffle(using: &random)
            owedValidation += validation * Double(rows.count)
            owedAll += (validation + test) * Double(rows.count)
            // A class keeps a row to train on.
            let held = min(max(Int(owedAll.rounded()), 0), rows.count - 1)
            let validated = min(max(Int(owedValidation.rounded()), 0), held)
            let tested = test > 0 ? held - validated : 0
            owedValidation -= Double(validated)
            owedAll -= Double(validated + tested)
            picked[.validation]? += rows[..<validated]
            picked[.test]? += rows[validated..<(validated + tested)]
            picked[.train]? += rows[(validated + tested)...]
        }
        return picked.mapValues { $0.sorted() }
    }

    private func check(_ indices: [Split: SampleIndex], _ fractions: [Split: Double]) throws(DatasetError) {
        let wanted = reader.splits + fractions.filter { $0.value > 0 }.map(\.key)
        for split in Split.allCases where wanted.contains(split) {
            // A default fraction of very few rows may be none.
            let isAsked = reader.splits.contains(split) || options.needsValidation && split == .validation
            guard isAsked, (indices[split]?.count ?? 0) == 0 else { continue }
            throw .field(
                FieldError(path: "splits", expected: "samples for \(split.rawValue)", found: "too few rows for one"))
        }
    }
}
