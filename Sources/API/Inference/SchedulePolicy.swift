import JSON
import Serving

/// The `parameters` of a request that say when it is to be computed; the same in every dialect that has them.
struct SchedulePolicy {
    /// Microseconds after which the answer is of no use; nil for none.
    private var timeout: Int?
    /// nil for what the head says.
    private var priority: RequestPriority?

    /// Reads the object, or null for none.
    /// - Parameters:
    ///   - reader: At its value.
    ///   - other: Gets each parameter that says something else, with its path.
    /// - Throws: `FieldError`, `JSONError`, and what `other` throws.
    mutating func readParameters(
        _ reader: inout JSONReader, other: (JSONMember, String) throws -> Void = { _, _ in }
    ) throws {
        if try reader.readNullIfPresent() { return }
        guard try reader.peek() == .object else {
            throw FieldError(path: "parameters", expected: "an object", found: "\(try reader.peek())")
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let path = "parameters.\(key)"
            let value = try JSONValue(reading: &reader, path: path)
            switch key {
            case "timeout":
                guard let microseconds = value.int, microseconds >= 0 else {
                    throw FieldError(
                        path: path, expected: "a whole number of microseconds", found: JSONFields.text(value))
                }
                timeout = microseconds == 0 ? nil : microseconds
            case "priority":
                guard let level = value.int.flatMap(RequestPriority.init(level:)) else {
                    throw FieldError(path: path, expected: "0, or 1 for the highest", found: JSONFields.text(value))
                }
                priority = level
            default: try other(JSONMember(key, value), path)
            }
        }
    }

    /// Makes it hold.
    /// - Parameters:
    ///   - conditions: What the head says.
    ///   - version: Whose clock it is.
    func apply(to conditions: inout RequestConditions, _ version: ModelVersion) {
        if let timeout { conditions.limit(microseconds: timeout, version) }
        if let priority { conditions.priority = priority }
    }
}
