import JSON
import Preprocessing
import Serving

/// The `examples` of TensorFlow Serving's classify and regress: objects of features, to which those of `context` are
/// added, and in which a list of one value stands for the value.
struct ExampleReader {
    let version: ModelVersion
    let limits: APILimits
    /// The features all examples share.
    let context: JSONValue?

    /// Reads the examples as rows of a predict request.
    /// - Parameters:
    ///   - reader: At the list.
    ///   - read: Reads a list of rows.
    /// - Returns: The rows.
    /// - Throws: What is wrong with the examples, and what `read` throws.
    func rows(
        _ reader: inout JSONReader, _ read: (inout JSONReader) throws -> any InstanceRows
    ) throws -> any InstanceRows {
        if let context, context.members == nil {
            throw FieldError(path: "context", expected: "an object", found: JSONFields.text(context))
        }
        guard context != nil || isTable else { return try read(&reader) }
        var writer = JSONWriter()
        writer.beginArray()
        var count = 0
        try reader.beginArray()
        while try reader.nextElement() {
            let place = "examples[\(count)]"
            let example = try JSONValue(reading: &reader, path: place)
            writer.append(try merged(example, place))
            guard writer.bytes.count <= limits.maximumInflatedBytes else {
                throw APIError.body(
                    "examples: expected at most \(limits.maximumInflatedBytes) bytes together with the context, got more"
                )
            }
            count += 1
        }
        writer.endArray()
        return try unsafe writer.bytes.withUnsafeBytes { bytes in
            var reader = unsafe JSONReader(bytes)
            return try read(&reader)
        }
    }

    private var isTable: Bool {
        if case .table = version.preprocessing?.preprocessing.input { true } else { false }
    }

    private func merged(_ example: JSONValue, _ place: String) throws(FieldError) -> JSONValue {
        guard var members = example.members else {
            throw FieldError(path: place, expected: "an object of features", found: JSONFields.text(example))
        }
        for member in context?.members ?? [] {
            guard !members.contains(where: { $0.name == member.name }) else {
                throw FieldError(
                    path: "\(place).\(member.name)", expected: "a feature that is not in the context",
                    found: "one that is")
            }
            members.append(member)
        }
        guard isTable else { return .object(members) }
        return .object(
            members.map { member in
                guard let list = member.value.array, list.count == 1 else { return member }
                return JSONMember(member.name, list[0])
            })
    }
}
