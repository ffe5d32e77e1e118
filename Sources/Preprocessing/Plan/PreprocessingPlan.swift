package import JSON

/// How rows are to be preprocessed, as a training request declares it; fitted to training rows it becomes a
/// `Preprocessing`.
///
///     {"input": {"kind": "table", "columns": ["age", "city"]},
///      "steps": [{"step": "impute", "strategy": "median"},
///                {"step": "standardise", "columns": ["age"]},
///                {"step": "one_hot", "columns": ["city"]}]}
///
/// Both parts may be left out. Without steps, integer images are scaled by 1/255; numbers of tables are filled in by
/// their median and standardised and their texts one-hot encoded; sequences of tables and JSON lines are standardised;
/// other numbers stay as they are.
package struct PreprocessingPlan: Sendable, Equatable {
    /// What rows are to be, when it is not what the dataset makes of them.
    package enum Kind: String, Sendable, CaseIterable { case tensor, image, table, sequence }

    /// What rows are.
    package let kind: Kind?
    /// The columns of a table that are used, in this order; nil uses all.
    package let columns: [String]?
    /// The shape of rows that become a tensor or an image.
    package let shape: [Int]?
    /// Nil asks for the default steps.
    package let steps: [DeclaredStep]?

    /// Asks for what fits the data, or for rows of numbers as they are.
    package init(isPlain: Bool = false) { (kind, columns, shape, steps) = (nil, nil, nil, isPlain ? [] : nil) }

    /// Reads the `preprocessing` of a request; paths in errors start inside of it.
    package init(json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        if var input = try fields.fields("input") {
            kind = try input.choice("kind", of: Kind.self)
            columns = try input.strings("columns")
            shape = try input.integers("shape", in: 1...Preprocessing.maximumElementCount)
            if let shape { try Preprocessing.check(shape, "input.shape") }
            if kind == .image, let shape, shape.count != 3 {
                throw FieldError(path: "input.shape", expected: "[height, width, channels]", found: "\(shape)")
            }
            try input.finish()
        } else {
            (kind, columns, shape) = (nil, nil, nil)
        }
        steps = try fields.array("steps").map { values throws(FieldError) in
            var steps: [DeclaredStep] = []
            for (index, value) in values.enumerated() {
                steps.append(try DeclaredStep(json: value, path: "steps[\(index)]"))
            }
            return steps
        }
        try fields.finish()
        try checkOrder()
    }

    /// The windows that sequences are cut into, when the rows of a table are the steps of a series.
    package var window: Window? {
        for step in steps ?? [] { if case .window(let window) = step.kind { return window } }
        return nil
    }

    /// The columns in which a row must not miss a value: rows that do are left out of training and evaluation. Empty for
    /// all that are used; nil keeps every row.
    package var rowFilter: [String]? {
        steps?.first { $0.kind == .dropRows }.map { $0.columns ?? [] }
    }

    /// Steps are done in one order, so that a list in another would say what is not done.
    private func checkOrder() throws(FieldError) {
        let steps = steps ?? []
        for (index, later) in steps.enumerated() {
            for earlier in steps[..<index] where earlier.overlaps(later) {
                if earlier.excludes(later) {
                    throw FieldError(
                        path: later.path, expected: "one step of its kind for a column",
                        found: "\(later.kind.name) after \(earlier.kind.name)")
                }
                guard earlier.kind.stage > later.kind.stage else { continue }
                throw FieldError(
                    path: later.path, expected: "it before \(earlier.kind.name)", found: "\(later.kind.name) after it")
            }
        }
    }
}
