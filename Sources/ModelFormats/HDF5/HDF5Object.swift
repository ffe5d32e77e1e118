/// A group or a dataset of an HDF5 file.
struct HDF5Object: Sendable {
    let storage: HDF5Storage
    /// Where it stands in the file, for messages: `model_weights/dense`; empty for the root.
    let path: String
    private let messages: [HDF5Message]

    init(_ storage: HDF5Storage, at address: Int, path: String) throws(ModelFormatError) {
        self.storage = storage
        self.path = path
        messages = try HDF5ObjectHeader(storage, at: address, part: Self.part(path)).messages
    }

    /// What the object is, for messages.
    var part: String { Self.part(path) }

    private static func part(_ path: String) -> String { "HDF5 object \("/\(path)".quoted)" }

    /// Reads the one message of a kind; nil when there is none.
    func message(_ kind: HDF5Message.Kind) throws(ModelFormatError) -> ByteReader? {
        guard let message = messages.first(where: { $0.kind == kind }) else { return nil }
        return try reader(message)
    }

    /// Reads the messages of a kind.
    func messages(_ kind: HDF5Message.Kind) throws(ModelFormatError) -> [ByteReader] {
        var readers: [ByteReader] = []
        for message in messages where message.kind == kind { readers.append(try reader(message)) }
        return readers
    }

    private func reader(_ message: HDF5Message) throws(ModelFormatError) -> ByteReader {
        guard !message.isShared else {
            throw .unsupported(part: part, expected: "messages of its own are", found: "a shared one")
        }
        return try storage.reader(at: message.address, count: message.byteCount, part: part)
    }

    /// Whether it is a group.
    var isGroup: Bool { messages.contains { $0.kind == .symbolTable || $0.kind == .linkInfo || $0.kind == .link } }
}
