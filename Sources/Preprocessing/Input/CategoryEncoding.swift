import JSON

/// The categories of a column, in the order of their numbers.
package struct CategoryEncoding: Sendable, Equatable {
    /// Most categories that are told apart.
    package static let maximumCount = 100_000

    package let categories: [String]
    /// Stands in for a missing value; nil treats one as a value that was not seen in training.
    package let fill: String?
    private let indices: [String: Int]

    /// Makes an encoding of categories of which each comes once.
    package init(categories: [String], fill: String? = nil) {
        self.categories = categories
        self.fill = fill
        indices = Dictionary(uniqueKeysWithValues: zip(categories, categories.indices))
    }

    /// The place of a value from 0; nil for one that was not seen in training.
    func index(of cell: Cell) throws(ColumnEncoding.Refusal) -> Int? {
        (cell.category ?? fill).flatMap { indices[$0] }
    }

    init(_ fields: inout JSONFields) throws(FieldError) {
        let categories = try fields.required("categories", fields.strings("categories"))
        guard !categories.isEmpty, categories.count <= Self.maximumCount, Set(categories).count == categories.count
        else {
            throw FieldError(
                path: fields.path(of: "categories"), expected: "1 to \(Self.maximumCount) different names",
                found: "\(categories.count), of which \(Set(categories).count) differ")
        }
        self.init(categories: categories, fill: try fields.string("fill"))
    }

    var members: [JSONMember] {
        [JSONMember("categories", JSONValue(categories))] + (fill.map { [JSONMember("fill", .string($0))] } ?? [])
    }
}
