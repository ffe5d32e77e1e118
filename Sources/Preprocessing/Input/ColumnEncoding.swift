import JSON

/// How the values of one column of a table become numbers.
package enum ColumnEncoding: Sendable, Equatable {
    /// A number: filled in, clipped, moved and scaled.
    case number(NumberEncoding)
    /// One number a category: 1 for the value's own, 0 for the others; all 0 for a value that was not seen in training.
    case oneHot(CategoryEncoding)
    /// The category's place from 1; 0 for a value that was not seen in training. For embeddings.
    case index(CategoryEncoding)
    /// The places of a text's words or characters.
    case tokens(TokenEncoding)

    /// Why a value cannot be encoded.
    struct Refusal: Error { let expected: String }

    private enum Kind: String, CaseIterable {
        case number
        case oneHot = "one_hot"
        case index
        case tokens
    }

    /// Numbers that come out.
    package var width: Int {
        switch self {
        case .number, .index: 1
        case .oneHot(let encoding): encoding.categories.count
        case .tokens(let encoding): encoding.length
        }
    }

    /// Encodes one value into `width` numbers.
    func apply(_ cell: Cell, into output: UnsafeMutablePointer<Float>) throws(Refusal) {
        switch self {
        case .number(let encoding): unsafe output.pointee = try encoding.value(cell)
        case .oneHot(let encoding):
            unsafe output.update(repeating: 0, count: encoding.categories.count)
            if let index = try encoding.index(of: cell) { unsafe output[index] = 1 }
        case .index(let encoding): unsafe output.pointee = Float((try encoding.index(of: cell) ?? -1) + 1)
        case .tokens(let encoding): try unsafe encoding.apply(cell, into: output)
        }
    }

    init(_ fields: inout JSONFields) throws(FieldError) {
        switch try fields.required("encoding", fields.choice("encoding", of: Kind.self)) {
        case .number: self = .number(try NumberEncoding(&fields))
        case .oneHot: self = .oneHot(try CategoryEncoding(&fields))
        case .index: self = .index(try CategoryEncoding(&fields))
        case .tokens: self = .tokens(try TokenEncoding(&fields))
        }
    }

    var members: [JSONMember] {
        let (kind, members): (Kind, [JSONMember]) =
            switch self {
            case .number(let encoding): (.number, encoding.members)
            case .oneHot(let encoding): (.oneHot, encoding.members)
            case .index(let encoding): (.index, encoding.members)
            case .tokens(let encoding): (.tokens, encoding.members)
            }
        return [JSONMember("encoding", .string(kind.rawValue))] + members
    }
}
