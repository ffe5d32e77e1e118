import Graphs
import JSON
import Preprocessing
import Serving
import Tensors

/// The rows of a request to a version that preprocesses: as the dataset had them, turned one by one into the model's.
///
/// Rows of numbers of one shape are parsed straight into floats and preprocessed from there into the request's storage.
/// All others (tables, sequences of any length, images in base64, missing numbers) pass through a tree, one row at a
/// time.
struct PreprocessedRows: InstanceRows {
    private let version: ModelVersion
    private let rowPreprocessing: RowPreprocessing
    private let field: String
    /// Whether every row must be a file in base64: the model takes numbers as they are, and these are not for it.
    private let isFilesOnly: Bool
    private var rows = 0
    /// Rows of numbers before preprocessing, `numericShape` each; nil when the rows were not read like that.
    private var raw: FloatBuffer?
    private var prepared: PreparedRows

    init(
        version: ModelVersion, rowPreprocessing: RowPreprocessing, limits: APILimits, field: String,
        isFilesOnly: Bool = false
    ) {
        self.isFilesOnly = isFilesOnly
        self.version = version
        self.rowPreprocessing = rowPreprocessing
        self.field = field
        prepared = PreparedRows(version: version, rowPreprocessing: rowPreprocessing, limits: limits, field: field)
    }

    private var preprocessing: Preprocessing { rowPreprocessing.preprocessing }

    mutating func read(_ reader: inout JSONReader) throws {
        let start = reader
        guard let shape = preprocessing.input.numericShape, try startsWithNumbers(reader) else {
            return try readTrees(&reader)
        }
        do throws(TensorJSONError) {
            try readNumbers(&reader, shape)
        } catch {
            guard preprocessing.steps?.fillsMissing == true else { throw error }
            // It may have been a null, which stands for a missing number.
            reader = start
            try readTrees(&reader)
        }
    }

    /// A table as an object of lists by column name; all others as rows, or in an object by the input's name.
    mutating func readColumns(_ reader: inout JSONReader) throws {
        guard try reader.peek() == .object else { return try read(&reader) }
        guard case .table = preprocessing.input else { return try readNamed(&reader) }
        let tree = try JSONValue(reading: &reader, path: field)
        let columns = tree.members ?? []
        for column in columns
        where column.value.array == nil || column.value.array?.count != columns[0].value.array?.count {
            throw FieldError(
                path: "\(field).\(column.name)", expected: "a list as long as the others",
                found: column.value.array.map { "\($0.count) values" } ?? JSONFields.text(column.value))
        }
        for row in 0..<(columns.first?.value.array?.count ?? 0) {
            try append(.object(columns.map { JSONMember($0.name, $0.value.array?[row] ?? .null) }))
        }
        try checkCount()
    }

    private mutating func readNamed(_ reader: inout JSONReader) throws {
        let name = version.inputs[0].name
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard key == name, rows == 0 else {
                throw APIError.body("\(field).\(key): expected one member, the model's input \"\(name)\"")
            }
            try read(&reader)
        }
        try checkCount()
    }

    /// Whether the first instance is a number or a list, if there is one; looks ahead with a copy of the reader.
    private func startsWithNumbers(_ reader: JSONReader) throws -> Bool {
        var ahead = reader
        guard try ahead.peek() == .array else { return true }
        try ahead.beginArray()
        guard try ahead.nextElement() else { return true }
        switch try ahead.peek() {
        case .number: return true
        case .array:
            // The steps of a sequence may be objects by column name.
            try ahead.beginArray()
            return try !ahead.nextElement() || ahead.peek() != .object
        default: return false
        }
    }

    private mutating func readNumbers(_ reader: inout JSONReader, _ shape: [Int]) throws(TensorJSONError) {
        let buffer = FloatBuffer()
        var tensor = TensorReader(field: field, sampleShape: shape, limits: prepared.limits)
        rows = try tensor.readRows(from: &reader, into: buffer)
        raw = buffer
    }

    private mutating func readTrees(_ reader: inout JSONReader) throws {
        let kind = try reader.peek()
        guard kind == .array else { throw APIError.body("\(field): expected a non-empty list, got \(kind)") }
        try reader.beginArray()
        while try reader.nextElement() {
            let place = "\(field)[\(rows)]"
            do {
                try append(try JSONValue(reading: &reader, path: place))
            } catch let error as JSONError {
                throw TensorJSONError.syntax(path: place, error)
            } catch let error as FieldError {
                throw APIError.instance(error)
            }
        }
        try checkCount()
    }

    /// A row without the name of the one input, which TensorFlow's clients may write in front of it.
    private func unnamed(_ row: JSONValue) -> JSONValue {
        switch preprocessing.input {
        case .table, .sequence: return row
        case .image, .tensor:
            guard let members = row.members, members.count == 1, members[0].name == version.inputs[0].name else {
                return row
            }
            return members[0].value
        }
    }

    private mutating func append(_ named: JSONValue) throws(APIError) {
        let row = unnamed(named)
        guard !isFilesOnly || row["b64"] != nil else {
            throw .instance(
                FieldError(
                    path: "\(field)[\(rows)]", expected: "{\"b64\": …} as \(field)[0] is",
                    found: JSONFields.text(row)))
        }
        unsafe try prepared.append { preprocessing, number, base throws(PreprocessingError) in
            try unsafe preprocessing.apply(row: row, number: number, into: base)
        }
        rows = prepared.rows
    }

    private func checkCount() throws(APIError) {
        guard rows > 0 else { throw .body("\(field): expected a non-empty list, got an empty list") }
    }

    func request(_ conditions: RequestConditions) throws -> RowsRequest {
        guard let raw else { return .equal(try prepared.request(conditions)) }
        return .equal(try unsafe rowPreprocessing.request(version, rows: rows, raw: raw.base, conditions))
    }
}
