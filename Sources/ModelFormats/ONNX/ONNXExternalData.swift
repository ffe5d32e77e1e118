import ONNXProtobuf

/// The files beside a model that hold its large tensors.
///
/// A file gives out no more bytes than it has: tensors that share bytes would let a small file fill the memory.
struct ONNXExternalData {
    private let directory: String
    private var bytesRead: [String: Int] = [:]

    init(directory: String) { self.directory = directory }

    /// Reads the bytes of a tensor, as many as its shape asks for. The keys of `entries` are `location`, and
    /// optionally `offset`, `length` (decimal, bytes) and `checksum`, which is not used.
    mutating func bytes(
        _ entries: [ONNXStringStringEntryProto], byteCount: Int, tensor: String
    ) throws(ModelFormatError) -> [UInt8] {
        guard let location = entries.first(where: { $0.key == "location" })?.value, !location.isEmpty else {
            throw .tensor(tensor, expected: "a location of its external data", found: "none")
        }
        let offset = try number("offset", in: entries, tensor: tensor) ?? 0
        let length = try number("length", in: entries, tensor: tensor) ?? byteCount
        guard length == byteCount else {
            throw .tensor(tensor, expected: "\(byteCount) bytes of external data", found: "length \(length)")
        }
        let file = try OpenFile(directory: directory, relativePath: location)
        guard offset <= file.byteCount, length <= file.byteCount - offset else {
            throw .tensor(
                tensor, expected: "external data inside \(file.name.quoted), which has \(file.byteCount) bytes",
                found: "\(length) bytes from \(offset)")
        }
        let total = bytesRead[location, default: 0] + length
        guard total <= file.byteCount else {
            throw .tensor(
                tensor, expected: "external data of its own in \(file.name.quoted)", found: "bytes of other tensors")
        }
        bytesRead[location] = total
        return try file.read(offset..<(offset + length))
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
