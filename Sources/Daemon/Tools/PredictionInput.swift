import Graphs
import JSON
import ModelFormats
import Tensors

/// Rows of a model's inputs, read from a file.
struct PredictionInput {
    /// Rows, at least 1.
    let rows: Int
    /// For each input [rows, …], row-major.
    let values: [AlignedStorage]
    /// The value of each free size.
    let bindings: [String: Int]

    /// Largest input file. Bytes.
    private static let maxByteCount = 4 << 30
    /// As much as one run of the command may hold.
    static let limits = TensorLimits(maximumRows: 1 << 24, maximumElements: 1 << 30)

    /// One input's rows, and the shape of a sample.
    typealias Part = (rows: Int, values: AlignedStorage, sample: [Int])

    /// Reads a `.json`, `.npy` or `.npz` file.
    /// - Throws: `DaemonError.file` or `.input`.
    init(path: String, signatures: [TensorSignature]) throws(DaemonError) {
        if path.hasSuffix(".npy") {
            guard signatures.count == 1, let signature = signatures.first else {
                throw .input(
                    path, reason: "expected a .npz file with an array for each input, \(Self.names(signatures))")
            }
            try self.init(path, signatures, [try Self.part(try Self.array(path), signature, path)])
        } else if path.hasSuffix(".npz") {
            try self.init(path, signatures, try Self.parts(npz: path, signatures))
        } else if path.hasSuffix(".json") {
            do {
                let bytes = try Files.bytes(of: path, limit: Self.maxByteCount)
                let parts = try PredictionDocument(signatures).parts(bytes)
                try self.init(path, signatures, parts)
            } catch let error as DaemonError {
                throw error
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
            throw .input(path, reason: "expected a file name that ends in .json, .npy or .npz")
        }
    }

    private init(_ path: String, _ signatures: [TensorSignature], _ parts: [Part]) throws(DaemonError) {
        var bindings: [String: Int] = [:]
        for (signature, part) in zip(signatures, parts) {
            guard part.rows == parts[0].rows else {
                throw .input(
                    path,
                    reason: "expected \(parts[0].rows) rows of \(signature.name), as of \(signatures[0].name), got "
                        + "\(part.rows)")
            }
            for (symbol, size) in zip(signature.freeSymbols, part.sample) {
                guard let symbol else { continue }
                guard bindings[symbol, default: size] == size else {
                    throw .input(path, reason: "expected one size for \(symbol), got \(size) in \(signature.name)")
                }
                bindings[symbol] = size
            }
        }
        (rows, values, self.bindings) = (parts[0].rows, parts.map(\.values), bindings)
    }

    static func names(_ signatures: [TensorSignature]) -> String {
        signatures.map { "\"\($0.name)\"" }.joined(separator: ", ")
    }

    // MARK: NumPy

    private static func array(_ path: String) throws(DaemonError) -> Tensor {
        do {
            return try NpyReader.tensor(path: path)
        } catch {
            throw refusal(path, error)
        }
    }

    private static func refusal(_ path: String, _ error: ModelFormatError) -> DaemonError {
        if case .unreadable(_, let reason) = error { return .file(path, reason: reason) }
        return .input(path, reason: "\(error)")
    }

    /// An array for each input by its name; of a model with one input, any single array.
    private static func parts(
        npz path: String, _ signatures: [TensorSignature]
    ) throws(DaemonError) -> [Part] {
        var arrays: [Tensor] = []
        do throws(ModelFormatError) {
            let file = try NpzFile(path: path)
            for signature in signatures {
                let isOnly = signatures.count == 1 && file.entries.count == 1
                guard let entry = file.entries.first(where: { isOnly || $0.name == signature.name }) else {
                    throw .tensor(signature.name, expected: "an array of that name", found: "none")
                }
                arrays.append(try file.tensor(entry.name))
            }
        } catch {
            throw refusal(path, error)
        }
        var parts: [Part] = []
        for (array, signature) in zip(arrays, signatures) {
            parts.append(try part(array, signature, path, name: " \(signature.name)"))
        }
        return parts
    }

    /// An array [rows, …sample], with or without trailing ones, or [rows, numbers of a sample].
    private static func part(
        _ array: Tensor, _ signature: TensorSignature, _ path: String, name: String = ""
    ) throws(DaemonError) -> Part {
        let shape = array.shape.dimensions
        guard let rows = shape.first, rows >= 1, let sample = sample(Array(shape.dropFirst()), of: signature) else {
            throw .input(path, reason: "expected an array\(name) of shape \(signature.rowsText), got \(array.shape)")
        }
        return (rows, array.convertedToFloat32().storage, sample)
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
}
