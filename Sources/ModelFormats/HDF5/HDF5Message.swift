/// One message of an object header: a property of a group or a dataset (specification IV.A.2).
struct HDF5Message: Sendable {
    /// The kinds that are read; others say what nobody here needs.
    enum Kind: UInt16, Sendable {
        case dataspace = 1, linkInfo = 2, datatype = 3, link = 6, externalFiles = 7, layout = 8, filters = 11,
            attribute = 12
        case continuation = 16, symbolTable = 17, attributeInfo = 21
    }

    let kind: Kind
    let flags: UInt8
    let address: Int
    let byteCount: Int

    /// Whether the message stands elsewhere, for several objects.
    var isShared: Bool { flags & 2 != 0 }
}
