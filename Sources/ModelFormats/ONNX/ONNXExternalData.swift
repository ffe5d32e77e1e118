import ONNXProtobuf

/// The files beside a model that hold its large tensors.
///
/// A file gives out no more bytes than it has: tensors that share bytes would let a small file fill the memory.
struct ONNXExternalData {
    private let directory: String
    private let isMapped: Bool
    private var bytesRead: [String: Int] = [:]
    /// Files that are open.
    private var sources: [String: ByteSource] = [:]

    /// Most files that are kept open at a time: some exporters write one for each tensor.
    private static let openCount = 16

    /// - Parameters:
    ///   - directory: Where the model is.
    ///   - isMapped: Whether large tensors may be parts of the mapped files.
    init(directory: String, isMapped: Bool = false) { (self.directory, self.isMapped) = (directory, isMapped) }

    /// Reads the bytes of a tensor.
    mutating func bytes(
        _ entries: [ONNXStringStringEntryProto], byteCount: Int, tensor: String
    ) throws(ModelFormatError) -> [UInt8] {
        let (source, offset) = try place(entries, byteCount: byteCount, tensor: tensor)
        return try source.read(offset..<(offset + byteCount))
    }

    /// Where the bytes of a tensor are, as many as its shape asks for.
    /// - Parameters:
    ///   - entries: The keys are `location`, and optionally `offset`, `length` (decimal, bytes) and `checksum`, which is not
    ///     used.
    ///   - byteCount: What the shape asks for.
    ///   - tensor: Its name.
    /// - Returns: The file, and the offset in it.
    /// - Throws: `.tensor` when the file has not these bytes, or has given them all out; `.unreadable`.
    mutating func place(
        _ entries: [ONNXStringStringEntryProto], byteCount: Int, tensor: String
    ) throws(ModelFormatError) -> (source: ByteSource, offset: Int) {
        guard let location = entries.first(where: { $0.key == "location" })?.value, !location.isEmpty else {
            throw .tensor(tensor, expected: "a location of its external data", found: "none")
        }
        let offset = try number("offset", in: entries, tensor: tensor) ?? 0
        let length = try number("length", in: entries, tensor: tensor) ?? byteCount
        guard length == byteCount else {
            throw .tensor(tensor, expected: "\(byteCount) bytes of external data", found: "length \(length)")
        }
        let (file, name) = (try source(location), location.lastPathComponent)
        guard offset <= file.byteCount, length <= file.byteCount - offset else {
            throw .tensor(
                tensor, expected: "external data inside \(name.quoted), which has \(file.byteCount) bytes",
                found: "\(length) bytes from \(offset)")
        }
        let total = bytesRead[location, default: 0] + length
        guard total <= file.byteCount else {
            throw .tensor(
                tensor, expected: "external data of its own in \(name.quoted)", found: "bytes of other tensors")
        }
        bytesRead[location] = total
        return (file, offset)
    }

    private mutating func source(_ location: String) throws(ModelFormatError) -> ByteSource {
        if let source = sources[location] { return source }
        let file = try OpenFile(directory: directory, relativePath: location)
        let isKept = sources.count < Self.openCount
        let source = ByteSource(file, isMapped: isMapped && isKept)
        if isKept { sources[location] = source }
        return source
    }

    private func number(
        _ key: String, in entries: [ONNXStringStringEntryProto], tensor: String
    ) throws(ModelFormatError) -> Int? {
        guard let text = entries.first(where: { $0.key == key })?.value else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else {
            throw .tensor(tensor, expected: "a number as \(key) of its external data", found: text.quoted)
        }
        return value
    }
}
