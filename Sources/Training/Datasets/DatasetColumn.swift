package import JSON
import Preprocessing

/// A column of a dataset's table: one of its CSV's, the target of its arrays, the class of its images.
package struct DatasetColumn: Sendable, Equatable {
    package let name: String
    /// Whether its values are texts; otherwise they are numbers.
    package let isText: Bool
    /// Whether all its numbers are whole.
    package var isInteger: Bool
    /// The different values, when there are not more than `maximumDistinct`.
    package var distinct: Int?

    /// Different values of a column that are counted.
    static let maximumDistinct = 1000
    /// Bytes of a text that may be one of them.
    static let maximumTextByteCount = 1024

    init(name: String, isText: Bool, isInteger: Bool = false, distinct: Int? = nil) {
        self.name = name
        self.isText = isText
        self.isInteger = isInteger
        self.distinct = distinct
    }

    var raw: RawColumn { RawColumn(name: name, isText: isText) }

    private enum Kind: String, CaseIterable { case number, text }

    init(json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        name = try fields.required("name", fields.string("name"))
        isText = try fields.required("type", fields.choice("type", of: Kind.self)) == .text
        isInteger = try fields.bool("integer") ?? false
        distinct = try fields.integer("distinct", in: 0...Self.maximumDistinct)
        try fields.finish()
    }

    /// As `dataset.json` has it.
    package var json: JSONValue {
        var members = [JSONMember("name", .string(name)), JSONMember("type", isText ? "text" : "number")]
        if !isText { members.append(JSONMember("integer", .bool(isInteger))) }
        if let distinct { members.append(JSONMember("distinct", .integer(distinct))) }
        return .object(members)
    }
}
