import JSON

/// A part of a request that is an object with a name in it, or that name alone where its defaults will do.
enum NamedDeclaration {
    /// Reads all members of the object, or of one with nothing but the name.
    /// - Parameters:
    ///   - json: the part.
    ///   - path: where it stands in its document.
    ///   - name: the member that a string alone stands for. What is wrong with it is then wrong with the part itself.
    ///   - body: reads the members; others than these are refused.
    /// - Returns: what `body` makes of them.
    /// - Throws: what `body` throws, and for members that are unknown.
    static func read<Value>(
        _ json: JSONValue, path: String, name: String = "name",
        _ body: (inout JSONFields) throws(FieldError) -> Value
    ) throws(FieldError) -> Value {
        let isNameAlone = json.string != nil
        do throws(FieldError) {
            var fields = try JSONFields(isNameAlone ? .object([JSONMember(name, json)]) : json, path: path)
            let value = try body(&fields)
            try fields.finish()
            return value
        } catch {
            guard isNameAlone, error.path == "\(path).\(name)" else { throw error }
            throw FieldError(path: path, expected: error.expected, found: error.found)
        }
    }
}
