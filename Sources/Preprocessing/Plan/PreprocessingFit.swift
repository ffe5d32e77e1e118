package import JSON

/// Fits a plan to training rows, which are streamed past it once or twice:
///
///     var fit = try PreprocessingFit(plan, rows: form, sample: .image)
///     while fit.needsRows {
///         for row in rows { try fit.add(row, number: row.number) }
///         fit.endPass()
///     }
///     let preprocessing = try fit.preprocessing()
package struct PreprocessingFit {
    private enum Kind {
        case table(TableFit)
        case numbers(NumericFit)
    }

    private var kind: Kind
    /// Where the columns that are used stand among those of the dataset; nil for other rows.
    package let columnIndices: [Int]?
    private let ignored: [String]
    private let rowFilter: [String]?

    /// - Parameters:
    ///   - plan: what was asked for.
    ///   - rows: what the dataset's rows are, without the target.
    ///   - sample: what the architecture wants.
    /// - Throws: `.declaration` for a plan that the rows do not allow.
    package init(
        _ plan: PreprocessingPlan, rows: RawForm, sample: SampleForm = .any
    ) throws(PreprocessingError) {
        rowFilter = plan.rowFilter
        do throws(FieldError) {
            guard case .table(let all) = rows else {
                if let first = plan.steps?.first(where: { $0.columns != nil || $0.kind == .drop }) {
                    throw FieldError(path: first.path, expected: "no columns for rows without names", found: "some")
                }
                columnIndices = nil
                ignored = []
                kind = .numbers(try NumericFit(plan, input: NumericInput(plan, rows: rows, sample: sample)))
                return
            }
            let indices = try plan.indices(of: all)
            let columns = indices.map { all[$0] }
            columnIndices = indices
            let used = Set(indices)
            ignored = all.indices.filter { !used.contains($0) }.map { all[$0].name }
            if let input = try NumericInput(plan, columns: columns, sample: sample) {
                kind = .numbers(try NumericFit(plan, input: input))
            } else {
                kind = .table(try TableFit(plan, columns: columns))
            }
        } catch {
            throw .declaration(error)
        }
    }

    /// Whether the rows have to come (again).
    package var needsRows: Bool {
        switch kind {
        case .table(let fit): fit.needsRows
        case .numbers(let fit): fit.needsRows
        }
    }

    /// Looks at one row: of a table, the values of the columns that are used, in their order.
    package mutating func add(_ row: RawRow, number: Int?) throws(PreprocessingError) {
        switch kind {
        case .table(var fit):
            kind = .numbers(.nothing)
            defer { kind = .table(fit) }
            guard case .cells(let cells) = row else { preconditionFailure("a table's rows are cells") }
            try fit.add(cells, number: number)
        case .numbers(var fit):
            kind = .numbers(.nothing)
            defer { kind = .numbers(fit) }
            try fit.add(row, number: number)
        }
    }

    /// Ends a pass over the rows.
    package mutating func endPass() throws(PreprocessingError) {
        do throws(FieldError) {
            switch kind {
            case .table(var fit):
                try fit.endPass()
                kind = .table(fit)
            case .numbers(var fit):
                try fit.endPass()
                kind = .numbers(fit)
            }
        } catch {
            throw .declaration(error)
        }
    }

    /// The fitted object, when no rows are needed any more.
    package func preprocessing() -> Preprocessing {
        precondition(!needsRows, "rows are missing")
        let fitted =
            switch kind {
            case .table(let fit): fit.preprocessing()
            case .numbers(let fit): fit.preprocessing()
            }
        return fitted.ignoring(ignored).leavingOutRows(missing: rowFilter)
    }
}

extension PreprocessingPlan {
    /// Where the columns that are used stand among all.
    package func indices(of all: [RawColumn]) throws(FieldError) -> [Int] {
        let places = Dictionary(all.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        for step in steps ?? [] where step.kind != .dropRows {
            for (index, name) in (step.columns ?? []).enumerated() where places[name] == nil {
                throw FieldError(
                    path: "\(step.path).columns[\(index)]", expected: "a column of the dataset", found: "\"\(name)\"")
            }
        }
        let dropped = Set((steps ?? []).filter { $0.kind == .drop }.flatMap { $0.columns ?? [] })
        var indices: [Int] = []
        var taken: Set<Int> = []
        for (place, name) in (columns ?? all.map(\.name)).enumerated() where !dropped.contains(name) {
            guard let index = places[name], taken.insert(index).inserted else {
                throw FieldError(
                    path: "input.columns[\(place)]", expected: "a column of the dataset, once", found: "\"\(name)\"")
            }
            indices.append(index)
        }
        guard !indices.isEmpty else {
            throw FieldError(path: "input.columns", expected: "a column at least besides the target", found: "none")
        }
        return indices
    }
}
