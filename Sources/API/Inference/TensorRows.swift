import Graphs
import JSON
import Serving
import Tensors

/// The rows of a request, one buffer for each input of the model. They may differ in the sizes that the model leaves free.
struct TensorRows: InstanceRows {
    private let version: ModelVersion
    private var readers: [TensorReader]
    private let buffers: [FloatBuffer]
    private let field: String
    private var rows = 0

    init(version: ModelVersion, limits: APILimits, field: String) {
        self.version = version
        self.field = field
        let limits = TensorLimits(maximumRows: limits.maximumRows, maximumElements: limits.maximumElements)
        let isNamed = version.inputs.count > 1
        readers = version.inputs.map { input in
            Self.reader(of: input, field: field, member: isNamed ? input.name : nil, limits)
        }
        buffers = version.inputs.map { _ in FloatBuffer() }
    }

    private static func reader(
        of input: TensorSignature, field: String, member: String?, _ limits: TensorLimits
    ) -> TensorReader {
        // A row that is one number may be a list of it, as CSV and TensorFlow Serving's features have it.
        let shape = input.sampleDimensions.isEmpty ? [1] : input.sampleDimensions
        return TensorReader(
            field: field, member: member, sampleShape: shape, limits: limits, rowsMayVary: true,
            takesTruths: input.dtype == .bool)
    }

    /// The shape of a row whose sizes were read.
    private static func shape(_ sizes: [Int], of input: TensorSignature) -> Shape {
        Shape(input.sampleDimensions.isEmpty ? [] : sizes)
    }

    mutating func read(_ reader: inout JSONReader) throws {
        if readers.count == 1, try !startsWithObject(reader) {
            rows = try readers[0].readRows(from: &reader, into: buffers[0])
            return
        }
        let limits = readers[0].limits
        readers = version.inputs.map { Self.reader(of: $0, field: field, member: $0.name, limits) }
        let kind = try reader.peek()
        guard kind == .array else { throw APIError.body("\(field): expected a non-empty list, got \(kind)") }
        try reader.beginArray()
        while try reader.nextElement() { try readNamedRow(&reader) }
        guard rows > 0 else { throw APIError.body("\(field): expected a non-empty list, got an empty list") }
    }

    mutating func readColumns(_ reader: inout JSONReader) throws {
        guard try reader.peek() == .object else {
            guard readers.count == 1 else {
                throw APIError.body("\(field): expected an object with the inputs \(names)")
            }
            rows = try readers[0].readRows(from: &reader, into: buffers[0])
            return
        }
        let limits = readers[0].limits
        var seen: [String: Int] = [:]
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard let index = version.inputs.firstIndex(where: { $0.name == key }) else {
                throw APIError.body("\(field).\(key): the model has no such input; its inputs are \(names)")
            }
            guard seen[key] == nil else { throw APIError.body("\(field).\(key) is given twice") }
            readers[index] = Self.reader(of: version.inputs[index], field: "\(field).\(key)", member: nil, limits)
            let count = try readers[index].readRows(from: &reader, into: buffers[index])
            if let first = seen.first, first.value != count {
                throw APIError.body(
                    "\(field).\(key): expected \(first.value) rows as \(field).\(first.key) has, got \(count)")
            }
            seen[key] = count
            rows = count
        }
        for input in version.inputs where seen[input.name] == nil {
            throw APIError.body("\(field).\(input.name) is missing; the model's inputs are \(names)")
        }
    }

    /// Whether the first instance is an object; looks ahead with a copy of the reader.
    private func startsWithObject(_ reader: JSONReader) throws -> Bool {
        var ahead = reader
        guard try ahead.peek() == .array else { return false }
        try ahead.beginArray()
        return try ahead.nextElement() && ahead.peek() == .object
    }

    private mutating func readNamedRow(_ reader: inout JSONReader) throws {
        guard try reader.peek() == .object else {
            throw APIError.body(
                "\(field)[\(rows)]: expected an object with the inputs \(names), got \(try reader.peek())")
        }
        var seen = Set<String>()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard let index = version.inputs.firstIndex(where: { $0.name == key }) else {
                throw APIError.body("\(field)[\(rows)].\(key): the model has no such input; its inputs are \(names)")
            }
            guard seen.insert(key).inserted else { throw APIError.body("\(field)[\(rows)].\(key) is given twice") }
            try readers[index].readRow(from: &reader, into: buffers[index])
        }
        for input in version.inputs where !seen.contains(input.name) {
            throw APIError.body("\(field)[\(rows)].\(input.name) is missing; the model's inputs are \(names)")
        }
        rows += 1
    }

    private var names: String { version.inputs.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    func request(_ conditions: RequestConditions) throws -> RowsRequest {
        let storages = buffers.map { unsafe AlignedStorage(copying: $0.base, count: $0.count) }
        guard readers.allSatisfy(\.rowShapes.isEmpty) else { return .varying(try groups(storages, conditions)) }
        let shapes = zip(readers, version.inputs).map { Self.shape($0.resolvedShape ?? [], of: $1) }
        return .equal(
            try InferenceRequest(
                version: version, rows: rows, inputs: storages,
                bindings: try version.freeSizes.bindings(sampleShapes: shapes), priority: conditions.priority,
                deadline: conditions.deadline, isCancelled: conditions.isCancelled))
    }

    private func groups(_ storages: [AlignedStorage], _ conditions: RequestConditions) throws -> RequestGroups {
        let shapes = zip(readers, version.inputs).map { reader, input in
            let equal = Array(repeating: reader.resolvedShape ?? [], count: reader.rowShapes.isEmpty ? rows : 0)
            return (equal + reader.rowShapes).map { Self.shape($0, of: input) }
        }
        let sizes = try (0..<rows).map { row in
            do throws(ServingError) {
                return try version.freeSizes.bindings(sampleShapes: shapes.map { $0[row] })
            } catch {
                throw APIError.body("\(field)[\(row)]: \(error)")
            }
        }
        let counts = shapes.map { shapes in shapes.map(\.elementCount) }
        return try RequestGroups(
            version: version, rows: RowsOfSizes(inputs: storages, sizes: sizes, counts: counts),
            priority: conditions.priority, deadline: conditions.deadline, isCancelled: conditions.isCancelled)
    }
}
