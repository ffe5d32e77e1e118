package import Tensors

/// A `.pt` or `.pth` file that is open: a state_dict, or a checkpoint with one, as PyTorch writes them since 1.6. Its
/// pickle is read (`PickleMachine`), its tensors when they are asked for. Nothing in it is executed.
package struct TorchFile: TensorFile {
    /// In the order of the state_dict.
    package let entries: [TensorEntry]

    private let archive: ZipArchive
    /// The prefix of all members.
    private let prefix: String
    private let tensors: [String: TorchTensor]
    private let isBigEndian: Bool

    /// Bytes that all tensors together may have for each byte of the file: views may share their elements.
    private static let maximumRatio = 4
    /// Elements that a view with repeated elements may have when its storage has fewer.
    private static let repeatedElementCount = 1 << 16

    /// Opens a file; errors do not name it, but in the lines of Python that say how to write another one.
    package init(path: String) throws(ModelFormatError) {
        try self.init(ByteSource(path: path), name: path.lastPathComponent)
    }

    /// Reads what a file has. `name` is what its user calls it.
    package init(_ source: ByteSource, name: String) throws(ModelFormatError) {
        try TorchRefusal.check(beginning: source, name: name)
        var limits = ZipArchive.Limits()
        limits.maximumByteCount = FileBytes.maximumByteCount
        archive = try ZipArchive(source: source, limits: limits)
        prefix = try Self.prefix(archive, name: name)
        isBigEndian = try Self.isBigEndian(archive, prefix)
        guard let member = archive[prefix + "data.pkl"] else { preconditionFailure("the prefix is that of a member") }
        let (bytes, range) = try archive.contents(of: member)
        let state: StateDict
        do throws(ModelFormatError) {
            var machine = try PickleMachine(bytes, range)
            let root = try machine.run()
            state = try StateDict(root, nodes: machine.nodes)
        } catch {
            throw TorchRefusal.explanation(of: PickleGlobals(bytes, range), name: name) ?? error
        }
        var byteCount = 0
        for (name, tensor) in state.tensors {
            try Self.check(tensor, name: name, archive, prefix)
            byteCount += tensor.shape.elementCount * tensor.encoding.byteCount
            guard byteCount <= Self.maximumRatio * source.byteCount else {
                throw .tooLarge(
                    part: "tensors up to \(name.quoted)", byteCount: byteCount,
                    limit: Self.maximumRatio * source.byteCount)
            }
        }
        entries = state.tensors.map { TensorEntry(name: $0.name, encoding: $0.tensor.encoding, shape: $0.tensor.shape) }
        tensors = Dictionary(state.tensors.map { ($0.name, $0.tensor) }) { first, _ in first }
    }

    /// What stands before `data.pkl`: the name that the file had, or `archive`.
    private static func prefix(_ archive: ZipArchive, name: String) throws(ModelFormatError) -> String {
        let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
        if let refusal = TorchRefusal.explanation(of: archive.entries.map(\.name), name: name) { throw refusal }
        guard pickles.count == 1, let pickle = pickles.first else {
            throw .malformed(
                part: "PyTorch archive", expected: "one member data.pkl", found: "\(pickles.count)")
        }
        return String(pickle.name.dropLast("data.pkl".count))
    }

    private static func isBigEndian(_ archive: ZipArchive, _ prefix: String) throws(ModelFormatError) -> Bool {
        guard let entry = archive[prefix + "byteorder"] else { return false }
        let (bytes, range) = try archive.contents(of: entry)
        switch String(decoding: bytes[range].prefix(16), as: UTF8.self) {
        case "little": return false
        case "big": return true
        case let other:
            throw .malformed(part: "member byteorder", expected: "little or big", found: other.quoted)
        }
    }

    /// Throws unless the tensor's elements are in the archive.
    private static func check(
        _ tensor: TorchTensor, name: String, _ archive: ZipArchive, _ prefix: String
    ) throws(ModelFormatError) {
        let member = "\(prefix)data/\(tensor.storage.key)"
        guard let entry = archive[member], entry.method == .stored else {
            throw .tensor(
                name, expected: "elements in a member \(member.quoted) that is not compressed",
                found: archive[member] == nil ? "no such member" : "a compressed one")
        }
        let (count, overflow) = tensor.storage.count.multipliedReportingOverflow(
            by: tensor.storage.encoding?.byteCount ?? 1)
        guard !overflow, count == entry.byteCount else {
            throw .tensor(
                name, expected: "\(tensor.storage.count) elements in member \(member.quoted)",
                found: "\(entry.byteCount) bytes")
        }
        let elements = entry.byteCount / tensor.encoding.byteCount
        guard tensor.shape.elementCount <= max(elements, repeatedElementCount) else {
            throw .tensor(
                name, expected: "at most the \(elements) elements of its storage",
                found: "a view that repeats them: \(tensor.shape)")
        }
    }

    package func tensor(_ name: String) throws(ModelFormatError) -> Tensor {
        guard let tensor = tensors[name], let entry = archive["\(prefix)data/\(tensor.storage.key)"] else {
            preconditionFailure("the file has no tensor \(name)")
        }
        let start = entry.range.lowerBound + tensor.offset * tensor.encoding.byteCount
        let shape = tensor.isContiguous ? tensor.shape : [tensor.reach]
        let elements = try tensor.encoding.tensor(
            from: archive.source, at: start, shape: shape, bigEndian: isBigEndian)
        return tensor.isContiguous
            ? elements : elements.gathered(shape: tensor.shape, strides: tensor.strides)
    }
}
