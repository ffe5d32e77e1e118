import JSON
import Tensors

/// An input of a request as far as it is read: its members may come in any order.
struct OpenInferenceInput {
    /// `inputs[2]`
    let place: String
    let limits: APILimits
    private(set) var name: String?
    private(set) var datatype: TensorDatatype?
    private(set) var shape: [Int]?
    /// Bytes behind the JSON that are the elements; nil when they are in the JSON.
    private(set) var binarySize: Int?
    /// Where the elements start that came before type and shape.
    private var data: JSONReader?
    private var values: InputTensor.Values?

    init(place: String, limits: APILimits) {
        self.place = place
        self.limits = limits
    }

    /// Most dimensions of a tensor, rows included.
    private static let maximumRank = 8

    /// Reads the object.
    mutating func read(_ reader: inout JSONReader) throws {
        guard try reader.peek() == .object else {
            throw FieldError(path: place, expected: "an object", found: "\(try reader.peek())")
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name": name = try string(&reader, key)
            case "datatype": datatype = try readDatatype(&reader)
            case "shape": shape = try readShape(&reader)
            case "parameters": try readParameters(&reader)
            case "data":
                guard values == nil, data == nil else { throw error("data", "one list", "two") }
                if let datatype, let shape {
                    values = try TensorData(place: place + ".data", limits: limits).read(&reader, datatype, shape)
                } else {
                    data = reader
                    try reader.skipValue()
                }
            default: throw error(key, "one of the members name, shape, datatype, parameters, data", "an unknown one")
            }
        }
        try complete()
    }

    /// Checks that nothing is missing, and reads elements that came first.
    private mutating func complete() throws {
        guard name != nil else { throw error("name", "a text", "none") }
        guard let shape else { throw error("shape", "a list of sizes", "none") }
        guard let datatype else { throw error("datatype", "a type such as \"FP32\"", "none") }
        if var reader = data {
            values = try TensorData(place: place + ".data", limits: limits).read(&reader, datatype, shape)
        }
        guard (values == nil) != (binarySize == nil) else {
            throw values == nil
                ? error("data", "a list, or parameters.binary_data_size", "neither")
                : error("data", "a list or parameters.binary_data_size", "both")
        }
    }

    /// The tensor, whose elements are in the JSON or in `binary`.
    /// - Throws: `FieldError` when the bytes are not the elements.
    func tensor(binary: UnsafeRawBufferPointer?) throws(FieldError) -> InputTensor {
        guard let name, let shape, let datatype else { preconditionFailure("a tensor is complete when it is read") }
        if let values { return InputTensor(name: name, place: place, shape: shape, values: values) }
        guard let bytes = unsafe binary else { preconditionFailure("elements are in the JSON or behind it") }
        let count = shape.reduce(1, *)
        guard let width = datatype.byteCount else {
            guard let texts = unsafe BinaryTensor.texts(bytes, count: count) else {
                throw error("data", "\(count) texts, each behind its length in 4 bytes", "\(bytes.count) other bytes")
            }
            return InputTensor(name: name, place: place, shape: shape, values: .bytes(texts))
        }
        guard bytes.count == count * width else {
            throw error(
                "parameters.binary_data_size", "\(count * width), \(count) elements of \(width) bytes", "\(bytes.count)"
            )
        }
        let floats = unsafe BinaryTensor.floats(bytes, datatype, count: count)
        return InputTensor(name: name, place: place, shape: shape, values: .floats(floats))
    }

    private func string(_ reader: inout JSONReader, _ key: String) throws -> String {
        guard try reader.peek() == .string else { throw error(key, "a text", "\(try reader.peek())") }
        return try reader.readString()
    }

    private func readDatatype(_ reader: inout JSONReader) throws -> TensorDatatype {
        let text = try string(&reader, "datatype")
        guard let datatype = TensorDatatype(rawValue: text) else {
            let known = TensorDatatype.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("datatype", "one of \(known)", "\"\(text.prefix(80))\"")
        }
        return datatype
    }

    private func readShape(_ reader: inout JSONReader) throws -> [Int] {
        guard try reader.peek() == .array else { throw error("shape", "a list of sizes", "\(try reader.peek())") }
        var shape: [Int] = []
        var product = 1
        try reader.beginArray()
        while try reader.nextElement() {
            guard try reader.peek() == .number, let size = try? reader.readInt(), size > 0 else {
                throw error("shape[\(shape.count)]", "a size of at least 1", "something else")
            }
            shape.append(size)
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow, next <= limits.maximumElements else {
                throw TensorJSONError.tooManyElements(path: place + ".shape", limit: limits.maximumElements)
            }
            product = next
            guard shape.count <= Self.maximumRank else {
                throw error("shape", "at most \(Self.maximumRank) sizes", "more")
            }
        }
        guard !shape.isEmpty else { throw error("shape", "at least one size, the number of rows", "none") }
        return shape
    }

    private mutating func readParameters(_ reader: inout JSONReader) throws {
        if try reader.readNullIfPresent() { return }
        guard try reader.peek() == .object else { throw error("parameters", "an object", "\(try reader.peek())") }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "binary_data_size":
                guard try reader.peek() == .number, let size = try? reader.readInt(), size >= 0 else {
                    throw error("parameters.\(key)", "a number of bytes", "something else")
                }
                binarySize = size
            case "shared_memory_region":
                throw error("parameters.\(key)", "tensors in the request; shared memory is not supported", "a region")
            default: try reader.skipValue()
            }
        }
    }

    private func error(_ member: String, _ expected: String, _ found: String) -> FieldError {
        FieldError(path: "\(place).\(member)", expected: expected, found: found)
    }
}
