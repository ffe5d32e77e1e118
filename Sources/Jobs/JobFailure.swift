package import JSON

/// Why a job failed.
package struct JobFailure: Error, Sendable, Equatable {
    /// A short name that programs can compare: `nan_loss`, `out_of_memory`, `bad_row`, `worker_crashed`, ….
    package let code: String
    /// One sentence for people.
    package let message: String
    /// The field of the request that it is about, if it is about one.
    package let field: String?

    package init(code: String, message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    /// `{"code", "message", "field"}`
    package var json: JSONValue {
        var members = [JSONMember("code", .string(code)), JSONMember("message", .string(message))]
        if let field { members.append(JSONMember("field", .string(field))) }
        return .object(members)
    }
}
