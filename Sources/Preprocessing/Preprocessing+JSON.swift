package import JSON

extension Preprocessing {
    /// The version of the documents that are written.
    private static let formatVersion = 1

    private enum Kind: String, CaseIterable { case tensor, image, table, sequence }

    /// Reads the document of a version directory, `preprocessing.json`.
    package init(json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        _ = try fields.required("version", fields.integer("version", in: 1...Self.formatVersion))
        let classNames = try fields.strings("classes")
        var input = try fields.required("input", fields.fields("input"))
        let kind = try input.required("kind", input.choice("kind", of: Kind.self))
        let ignored = try fields.strings("ignored_columns") ?? []
        let rowFilter = try fields.strings("drop_rows")
        let made: Preprocessing
        if kind == .table {
            let columns = try Self.columns(&input)
            try input.finish()
            made = Preprocessing(columns: columns, ignoredColumns: ignored, classNames: classNames)
            try made.checkSize(fields.path(of: "input.columns"))
        } else {
            let (kind, shape) = try Self.numericInput(kind, &input)
            try input.finish()
            let steps = try Self.steps(try fields.array("steps") ?? [], shape: shape)
            let stepped = steps.outputShape
            let sampleShape = try fields.integers("sample_shape", in: 1...Self.maximumElementCount) ?? stepped
            guard sampleShape.count <= Self.maximumRank, Self.count(sampleShape) == Self.count(stepped) else {
                throw FieldError(
                    path: "sample_shape", expected: "a shape of \(stepped.reduce(1, *)) numbers",
                    found: "\(sampleShape)")
            }
            made = Preprocessing(input: kind, steps: steps.steps, sampleShape: sampleShape, classNames: classNames)
                .ignoring(ignored)
        }
        try fields.finish()
        self = made.leavingOutRows(missing: rowFilter)
    }

    /// The document of a version directory.
    package var json: JSONValue {
        var members: [JSONMember] = [JSONMember("version", .integer(Self.formatVersion))]
        members.append(JSONMember("input", inputJSON))
        if let steps {
            members.append(JSONMember("steps", .array(steps.steps.map(\.json))))
            members.append(JSONMember("sample_shape", JSONValue(sampleShape)))
        }
        if !ignoredColumns.isEmpty { members.append(JSONMember("ignored_columns", JSONValue(ignoredColumns))) }
        if let rowFilter { members.append(JSONMember("drop_rows", JSONValue(rowFilter))) }
        if let classNames { members.append(JSONMember("classes", JSONValue(classNames))) }
        return .object(members)
    }

    private var inputJSON: JSONValue {
        switch input {
        case .tensor(let shape): return ["kind": "tensor", "shape": JSONValue(shape)]
        case .image(let height, let width, let channels):
            return [
                "kind": "image", "height": .integer(height), "width": .integer(width), "channels": .integer(channels),
            ]
        case .table(let columns): return ["kind": "table", "columns": .array(columns.map(\.json))]
        case .sequence(let form): return .object([JSONMember("kind", "sequence")] + form.members)
        }
    }

    private static func columns(_ input: inout JSONFields) throws(FieldError) -> [TableColumn] {
        let values = try input.required("columns", input.array("columns"))
        var columns: [TableColumn] = []
        var names: Set<String> = []
        for (index, value) in values.enumerated() {
            let column = try TableColumn(json: value, path: "\(input.path(of: "columns"))[\(index)]")
            guard names.insert(column.name).inserted else {
                throw FieldError(
                    path: "\(input.path(of: "columns"))[\(index)].name", expected: "each name once", found: "two of it")
            }
            columns.append(column)
        }
        guard !columns.isEmpty else { throw input.error("columns", "a column at least", .array(values)) }
        return columns
    }

    private static func numericInput(
        _ kind: Kind, _ input: inout JSONFields
    ) throws(FieldError) -> (InputKind, shape: [Int]) {
        switch kind {
        case .image:
            let height = try input.required("height", input.integer("height", in: 1...65_535))
            let width = try input.required("width", input.integer("width", in: 1...65_535))
            let channels = try input.required("channels", input.integer("channels", in: 1...4096))
            try check([height, width, channels], "input")
            return (.image(height: height, width: width, channels: channels), [height, width, channels])
        case .sequence:
            let form = try SequenceForm(&input)
            return (.sequence(form), [form.length, form.features])
        default:
            let shape = try input.required("shape", input.integers("shape", in: 1...maximumElementCount))
            try check(shape, input.path(of: "shape"))
            return (.tensor(shape: shape), shape)
        }
    }

    private static func steps(_ values: [JSONValue], shape: [Int]) throws(FieldError) -> NumericSteps {
        var steps = NumericSteps([], inputShape: shape)
        for (index, value) in values.enumerated() {
            let step = try NumericStep(json: value, path: "steps[\(index)]", shape: steps.outputShape)
            steps = NumericSteps(steps.steps + [step], inputShape: shape)
            try check(steps.outputShape, "steps[\(index)]")
        }
        return steps
    }

    /// Refuses shapes that are too large to compute with.
    static func check(_ shape: [Int], _ path: String) throws(FieldError) {
        guard !shape.isEmpty, shape.count <= maximumRank, let count = count(shape), count <= maximumElementCount else {
            throw FieldError(
                path: path,
                expected: "1 to \(maximumRank) dimensions of at most \(maximumElementCount) numbers together",
                found: "\(shape.prefix(maximumRank + 1))")
        }
    }

    /// The numbers of a shape; nil when they cannot be counted.
    private static func count(_ shape: [Int]) -> Int? {
        shape.reduce(Int?(1)) { product, size in
            product.flatMap { value in
                let (result, overflow) = value.multipliedReportingOverflow(by: size)
                return overflow ? nil : result
            }
        }
    }

    private func checkSize(_ path: String) throws(FieldError) {
        guard (1...Self.maximumElementCount).contains(sampleCount) else {
            throw FieldError(path: path, expected: "columns that make 1 number at least", found: "\(sampleCount)")
        }
    }
}
