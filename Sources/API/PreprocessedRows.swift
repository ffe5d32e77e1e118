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
    private let limits: TensorLimits
    private var rows = 0
    /// Rows of numbers before preprocessing, `numericShape` each; nil when the rows were not read like that.
    private var raw: FloatBuffer?
    /// Rows after preprocessing.
    private let made = FloatBuffer(capacity: 1)
    /// The steps of each of them that are not filling.
    private let lengths = FloatBuffer(capacity: 1)

    init(version: ModelVersion, rowPreprocessing: RowPreprocessing, limits: APILimits) {
        self.version = version
        self.rowPreprocessing = rowPreprocessing
        // What is made may be larger than what came, and is refused before there is memory for it.
        let most = min(limits.maximumElements, InferenceRequest.maximumFloats)
        self.limits = TensorLimits(
            maximumRows: min(limits.maximumRows, max(1, most / rowPreprocessing.rowSize)), maximumElements: most)
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
        var tensor = TensorReader(field: "instances", sampleShape: shape, limits: limits)
        rows = try tensor.readRows(from: &reader, into: buffer)
        raw = buffer
    }

    private mutating func readTrees(_ reader: inout JSONReader) throws {
        let kind = try reader.peek()
        guard kind == .array else { throw APIError.body("instances: expected a non-empty list, got \(kind)") }
        try reader.beginArray()
        while try reader.nextElement() {
            guard rows < limits.maximumRows else {
                throw TensorJSONError.tooManyRows(path: "instances", limit: limits.maximumRows)
            }
            try readTree(&reader)
            rows += 1
        }
        guard rows > 0 else { throw APIError.body("instances: expected a non-empty list, got an empty list") }
    }

    private func readTree(_ reader: inout JSONReader) throws {
        let place = "instances[\(rows)]"
        do {
            let row = try JSONValue(reading: &reader, path: place)
            try unsafe made.append(count: rowPreprocessing.rowSize) { base throws(PreprocessingError) in
                lengths.append(Float(try unsafe preprocessing.apply(row: row, number: rows, into: base)))
            }
        } catch let error as JSONError {
            throw TensorJSONError.syntax(path: place, error)
        } catch let error as FieldError {
            throw APIError.instance(error)
        } catch let error as PreprocessingError {
            throw APIError.instance(Self.fieldError(error, in: place))
        }
    }

    private static func fieldError(_ error: PreprocessingError, in place: String) -> FieldError {
        switch error {
        case .row(_, let field, let expected, let found):
            FieldError(path: field, expected: expected, found: found).inside(place)
        case .image(let reason): FieldError(path: place, expected: "an image that can be read", found: reason)
        case .declaration(let error): error.inside(place)
        }
    }

    func request(isCancelled: @escaping @Sendable () -> Bool) throws(ServingError) -> InferenceRequest {
        let size = rowPreprocessing.rowSize
        let storage = AlignedStorage(floatCount: rows * size)
        if let raw {
            let rawSize = raw.count / rows
            for row in 0..<rows {
                unsafe preprocessing.apply(raw.base + row * rawSize, into: storage.floats + row * size)
            }
        } else {
            unsafe storage.floats.update(from: made.base, count: made.count)
        }
        return try InferenceRequest(
            version: version, rows: rows, inputs: rowPreprocessing.takesLengths ? [storage, lengthStorage] : [storage],
            bindings: rowPreprocessing.bindings, isCancelled: isCancelled)
    }

    /// [rows]; rows of numbers of one shape have all steps.
    private var lengthStorage: AlignedStorage {
        let storage = AlignedStorage(floatCount: rows)
        if raw == nil {
            unsafe storage.floats.update(from: lengths.base, count: rows)
        } else {
            var steps = 1
            if case .sequence(let form) = preprocessing.input { steps = form.length }
            unsafe storage.floats.update(repeating: Float(steps), count: rows)
        }
        return storage
    }
}
