import JSON

/// One column of a table that a model uses, and how its values become numbers.
package struct TableColumn: Sendable, Equatable {
    package let name: String
    package let encoding: ColumnEncoding

    package init(name: String, encoding: ColumnEncoding) {
        self.name = name
        self.encoding = encoding
    }

    /// Numbers that the model gets for it.
    package var width: Int { encoding.width }

    /// Encodes one value.
    func apply(_ cell: Cell, row: Int?, into output: UnsafeMutablePointer<Float>) throws(PreprocessingError) {
        do throws(ColumnEncoding.Refusal) {
            try unsafe encoding.apply(cell, into: output)
        } catch {
            throw .row(row, field: name, expected: error.expected, found: cell.found)
        }
    }

    init(json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        name = try fields.required("name", fields.string("name"))
        encoding = try ColumnEncoding(&fields)
        try fields.finish()
    }

    var json: JSONValue { .object([JSONMember("name", .string(name))] + encoding.members) }
}
