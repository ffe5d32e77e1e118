import JSON
import Tensors

extension FileContents {
    private typealias Read = @Sendable (_ path: String) throws(ModelFormatError) -> FileContents

    /// The formats by file name extension.
    private static let readers: [(extension: String, read: Read)] = [
        ("onnx", { path throws(ModelFormatError) in try FileContents(onnx: path) }),
        ("safetensors", { path throws(ModelFormatError) in try FileContents(tensors: path, format: "safetensors") }),
        ("pt", { path throws(ModelFormatError) in try FileContents(tensors: path, format: "pytorch") }),
        ("pth", { path throws(ModelFormatError) in try FileContents(tensors: path, format: "pytorch") }),
        ("keras", { path throws(ModelFormatError) in try FileContents(keras: path) }),
        ("h5", { path throws(ModelFormatError) in try FileContents(keras: path) }),
        ("hdf5", { path throws(ModelFormatError) in try FileContents(keras: path) }),
        ("json", { path throws(ModelFormatError) in try FileContents(architecture: path) }),
        ("npy", { path throws(ModelFormatError) in try FileContents(npy: path) }),
        ("npz", { path throws(ModelFormatError) in try FileContents(tensors: path, format: "npz") }),
    ]

    /// Reads a file, or the only model file of a directory.
    /// - Throws: when the file cannot be read at all.
    package static func read(path: String) throws(ModelFormatError) -> FileContents {
        let path = try ModelLoader.modelPath(path)
        let name = path.lastPathComponent
        guard let reader = readers.first(where: { $0.extension == name.fileExtension }) else {
            // What does not exist is said first.
            _ = try OpenFile(path: path)
            throw .unsupported(
                part: "file", expected: readers.map { ".\($0.extension)" }.joined(separator: ", ") + " files are",
                found: name.quoted)
        }
        do throws(ModelFormatError) {
            return try reader.read(path)
        } catch {
            if case .unreadable = error { throw error }
            throw .file(name, error)
        }
    }
}

// MARK: NumPy

extension FileContents {
    private init(npy path: String) throws(ModelFormatError) {
        self.init(format: "npy")
        let file = try OpenFile(path: path)
        let count = min(file.byteCount, NpyReader.maximumHeaderByteCount + 12)
        tensors = [try Self.entry(npy: try file.read(0..<count), 0..<count, name: file.name)]
    }

    private static func entry(npy bytes: [UInt8], _ range: Range<Int>, name: String) throws(ModelFormatError) -> Entry {
        let (header, _) = try NpyReader.header(of: bytes, range, name: name)
        let shape = try Shape(checking: header.dimensions, width: header.encoding.byteCount, tensor: name)
        return Entry(
            name: name.hasSuffix(".npy") ? String(name.dropLast(4)) : name, dtype: "\(header.encoding)",
            shape: shape.dimensions, byteCount: shape.elementCount * header.encoding.byteCount)
    }
}
