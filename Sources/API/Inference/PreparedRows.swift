import JSON
import Preprocessing
import Serving
import Tensors

/// Rows of a model's input that are made one by one of rows as people have them.
struct PreparedRows {
    private let version: ModelVersion
    private let rowPreprocessing: RowPreprocessing
    /// What is made may be larger than what came, and is refused before there is memory for it.
    let limits: TensorLimits
    private let field: String
    private(set) var rows = 0
    private let made = FloatBuffer(capacity: 1)
    /// The steps of each row that are not filling.
    private let lengths = FloatBuffer(capacity: 1)

    /// - Parameters:
    ///   - version: Preprocesses.
    ///   - rowPreprocessing: How.
    ///   - limits: Of a request.
    ///   - field: What the list of rows is called in messages.
    init(version: ModelVersion, rowPreprocessing: RowPreprocessing, limits: APILimits, field: String) {
        self.version = version
        self.rowPreprocessing = rowPreprocessing
        self.field = field
        let most = min(limits.maximumElements, InferenceRequest.maximumFloats)
        self.limits = TensorLimits(
            maximumRows: min(limits.maximumRows, max(1, most / rowPreprocessing.rowSize)), maximumElements: most)
    }

    /// Makes the next row.
    /// - Parameter body: Gets the row's number and the memory to fill; returns the steps that are not filling.
    /// - Throws: `APIError.tensor` for one row too many, and what `body` throws, with the row's place.
    mutating func append(
        _ body: (Preprocessing, Int, UnsafeMutablePointer<Float>) throws(PreprocessingError) -> Int
    ) throws(APIError) {
        guard rows < limits.maximumRows else {
            throw .tensor(.tooManyRows(path: field, limit: limits.maximumRows))
        }
        do throws(PreprocessingError) {
            try unsafe made.append(count: rowPreprocessing.rowSize) { base throws(PreprocessingError) in
                lengths.append(Float(try unsafe body(rowPreprocessing.preprocessing, rows, base)))
            }
        } catch {
            throw .instance(Self.fieldError(error, in: "\(field)[\(rows)]"))
        }
        rows += 1
    }

    private static func fieldError(_ error: PreprocessingError, in place: String) -> FieldError {
        switch error {
        case .row(_, let field, let expected, let found):
            FieldError(path: field, expected: expected, found: found).inside(place)
        case .image(let reason): FieldError(path: place, expected: "an image that can be read", found: reason)
        case .declaration(let error): error.inside(place)
        }
    }

    /// The request for what was made.
    func request(_ conditions: RequestConditions) throws(ServingError) -> InferenceRequest {
        let storage = unsafe AlignedStorage(copying: made.base, count: made.count)
        let steps = unsafe AlignedStorage(copying: lengths.base, count: rows)
        return try rowPreprocessing.request(version, rows: rows, storage, lengths: steps, conditions)
    }
}

extension RowPreprocessing {
    /// The request for rows that were preprocessed.
    /// - Parameters:
    ///   - version: The version whose preprocessing this is.
    ///   - rows: Number of them.
    ///   - storage: [rows, rowSize]
    ///   - lengths: [rows]: steps that are not filling.
    ///   - conditions: When it need not be computed.
    /// - Returns: The request.
    /// - Throws: `ServingError.tooLarge`.
    func request(
        _ version: ModelVersion, rows: Int, _ storage: AlignedStorage, lengths: AlignedStorage,
        _ conditions: RequestConditions
    ) throws(ServingError) -> InferenceRequest {
        try InferenceRequest(
            version: version, rows: rows, inputs: takesLengths ? [storage, lengths] : [storage], bindings: bindings,
            priority: conditions.priority, deadline: conditions.deadline, isCancelled: conditions.isCancelled)
    }

    /// The request for rows of numbers of one shape.
    /// - Parameters:
    ///   - version: The version whose preprocessing this is.
    ///   - rows: Number of them.
    ///   - raw: Before preprocessing, each `preprocessing.input.numericShape`.
    ///   - conditions: When it need not be computed.
    /// - Returns: The request.
    /// - Throws: `ServingError.tooLarge`.
    func request(
        _ version: ModelVersion, rows: Int, raw: UnsafePointer<Float>, _ conditions: RequestConditions
    ) throws(ServingError) -> InferenceRequest {
        let rawSize = (preprocessing.input.numericShape ?? []).reduce(1, *)
        let storage = AlignedStorage(floatCount: rows * rowSize)
        for row in 0..<rows {
            unsafe preprocessing.apply(raw + row * rawSize, into: storage.floats + row * rowSize)
        }
        let lengths = AlignedStorage(floatCount: rows)
        var steps = 1
        if case .sequence(let form) = preprocessing.input { steps = form.length }
        unsafe lengths.floats.update(repeating: Float(steps), count: rows)
        return try request(version, rows: rows, storage, lengths: lengths, conditions)
    }
}
