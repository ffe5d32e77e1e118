import Graphs
import JSON
import ModelFormats
import Tensors

/// Rows of a model's one input, read from a file.
struct PredictionInput {
    /// Rows, at least 1.
    let rows: Int
    /// [rows, …], row-major.
    let values: AlignedStorage
    /// The value of each free size.
    let bindings: [String: Int]

    /// Largest input file. Bytes.
    private static let maxByteCount = 4 << 30
    /// As much as one run of the command may hold.
    private static let limits = TensorLimits(maximumRows: 1 << 24, maximumElements: 1 << 30)

    /// Reads a `.json` or `.npy` file.
    /// - Throws: `DaemonError.file` or `.input`.
    init(path: String, signature: TensorSignature) throws(DaemonError) {
        if path.hasSuffix(".npy") {
            try self.init(npy: path, signature)
        } else if path.hasSuffix(".json") {
            do {
                try self.init(json: try Files.bytes(of: path, limit: Self.maxByteCount), signature)
            } catch let error as FileRefusal {
                throw .file(path, reason: error.reason)
            } catch let error as TensorJSONError {
                throw .input(path, reason: "\(error)")
            } catch let error as JSONError {
                throw .input(path, reason: "\(error)")
            } catch {
                preconditionFailure("the calls above throw no other errors")
            }
        } else {
            throw .input(path, reason: "expected a file name that ends in .json or .npy")
        }
    }

    // MARK: JSON

    /// Reads `{"instances": [row, …]}`, or the list alone.
    private init(json bytes: [UInt8], _ signature: TensorSignature) throws {
        let buffer = FloatBuffer()
        var tensor = TensorReader(
            field: "instances", sampleShape: signature.sampleDimensions, limits: Self.limits)
        rows = try unsafe bytes.withUnsafeBytes { document in
            var reader = unsafe JSONReader(document)
            let isObject = try reader.peek() == .object
            let rows =
                isObject
                ? try Self.readDocument(&reader, &tensor, buffer) : try tensor.readRows(from: &reader, into: buffer)
            try reader.finish()
            return rows
        }
        values = AlignedStorage(floatCount: buffer.count)
        unsafe values.floats.update(from: buffer.base, count: buffer.count)
        bindings = Self.bindings(signature, tensor.resolvedShape ?? [])
    }

    /// The body of a predict request.
    private static func readDocument(
        _ reader: inout JSONReader, _ tensor: inout TensorReader, _ buffer: FloatBuffer
    ) throws -> Int {
        var rows: Int?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if key == "instances", rows == nil {
                rows = try tensor.readRows(from: &reader, into: buffer)
            } else {
                try reader.skipValue()
            }
        }
        guard let rows else {
            throw TensorJSONError.unexpected(path: "instances", expected: "a non-empty list", found: "no such member")
        }
        return rows
    }

    // MARK: NumPy

    /// Reads an array [rows, …sample], with or without trailing ones, or [rows, numbers of a sample].
    private init(npy path: String, _ signature: TensorSignature) throws(DaemonError) {
        let tensor: Tensor
        do {
            tensor = try NpyReader.tensor(path: path).convertedToFloat32()
        } catch .unreadable(_, let reason) {
            throw .file(path, reason: reason)
        } catch {
            throw .input(path, reason: "\(error)")
        }
        let shape = tensor.shape.dimensions
        guard let rows = shape.first, rows >= 1,
            let sample = Self.sample(Array(shape.dropFirst()), of: signature)
        else {
            throw .input(
                path, reason: "expected an array of shape \(signature.rowsText), got \(tensor.shape)")
        }
        self.rows = rows
        values = tensor.storage
        bindings = Self.bindings(signature, sample)
    }

    /// The shape of a row, when `found` is one of its spellings.
    private static func sample(_ found: [Int], of signature: TensorSignature) -> [Int]? {
        let declared = signature.sampleDimensions
        if declared.allSatisfy({ $0 != nil }), found == [declared.reduce(1) { $0 * ($1 ?? 1) }] {
            return declared.compactMap(\.self)
        }
        guard found.count <= declared.count else { return nil }
        let sample = found + Array(repeating: 1, count: declared.count - found.count)
        let fits = zip(sample, declared).allSatisfy { size, expected in size >= 1 && size == expected ?? size }
        return fits ? sample : nil
    }

    private static func bindings(_ signature: TensorSignature, _ sample: [Int]) -> [String: Int] {
        var bindings: [String: Int] = [:]
        for (symbol, size) in zip(signature.freeSymbols, sample) {
            if let symbol { bindings[symbol] = size }
        }
        return bindings
    }
}
