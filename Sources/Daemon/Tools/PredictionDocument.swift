import Graphs
import JSON
import Tensors

/// Reads the body of a predict request, or the list of its rows alone: `{"instances": [row, …]}`, where a row of a model
/// with several inputs is an object with a value for each, or `{"inputs": {name: [row, …], …}}`.
struct PredictionDocument {
    private let signatures: [TensorSignature]
    private var readers: [TensorReader]
    private let buffers: [FloatBuffer]
    /// The inputs that `"inputs"` named.
    private var seen = Set<Int>()
    private var rows: [Int]

    init(_ signatures: [TensorSignature]) {
        self.signatures = signatures
        readers = signatures.map { signature in
            TensorReader(
                field: "instances", member: signatures.count > 1 ? signature.name : nil,
                sampleShape: signature.sampleDimensions, limits: PredictionInput.limits)
        }
        buffers = signatures.map { _ in FloatBuffer() }
        rows = signatures.map { _ in 0 }
    }

    /// The rows of each input.
    /// - Throws: `TensorJSONError` or `JSONError`.
    consuming func parts(_ bytes: [UInt8]) throws -> [PredictionInput.Part] {
        var document = self
        try unsafe bytes.withUnsafeBytes { text in
            var reader = unsafe JSONReader(text)
            if try reader.peek() == .object {
                try document.readDocument(&reader)
            } else {
                try document.readInstances(&reader)
            }
            try reader.finish()
        }
        return document.signatures.indices.map { index in
            let buffer = document.buffers[index]
            let storage = AlignedStorage(floatCount: buffer.count)
            unsafe storage.floats.update(from: buffer.base, count: buffer.count)
            return (document.rows[index], storage, document.readers[index].resolvedShape ?? [])
        }
    }

    private mutating func readDocument(_ reader: inout JSONReader) throws {
        var isRead = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "instances" where !isRead:
                try readInstances(&reader)
                isRead = true
            case "inputs" where !isRead:
                try readInputs(&reader)
                isRead = true
            default: try reader.skipValue()
            }
        }
        guard isRead else {
            throw TensorJSONError.unexpected(path: "instances", expected: "a non-empty list", found: "no such member")
        }
    }

    private mutating func readInstances(_ reader: inout JSONReader) throws {
        guard signatures.count > 1 else {
            rows[0] = try readers[0].readRows(from: &reader, into: buffers[0])
            return
        }
        try reader.beginArray()
        while try reader.nextElement() {
            let path = "instances[\(rows[0])]"
            var given = Set<Int>()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let index = try index(of: key, path)
                guard given.insert(index).inserted else {
                    throw TensorJSONError.unexpected(path: "\(path).\(key)", expected: "one value", found: "two")
                }
                try readers[index].readRow(from: &reader, into: buffers[index])
                rows[index] += 1
            }
            try checkAll(given, path)
        }
        guard rows[0] > 0 else {
            throw TensorJSONError.unexpected(path: "instances", expected: "a non-empty list", found: "an empty list")
        }
    }

    private mutating func readInputs(_ reader: inout JSONReader) throws {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let index = try index(of: key, "inputs")
            guard seen.insert(index).inserted else {
                throw TensorJSONError.unexpected(path: "inputs.\(key)", expected: "one list", found: "two")
            }
            readers[index] = TensorReader(
                field: "inputs.\(key)", sampleShape: signatures[index].sampleDimensions, limits: PredictionInput.limits)
            rows[index] = try readers[index].readRows(from: &reader, into: buffers[index])
        }
        try checkAll(seen, "inputs")
    }

    private func index(of name: String, _ path: String) throws -> Int {
        guard let index = signatures.firstIndex(where: { $0.name == name }) else {
            throw TensorJSONError.unexpected(
                path: path, expected: "the inputs \(PredictionInput.names(signatures))", found: "\"\(name)\"")
        }
        return index
    }

    private func checkAll(_ given: Set<Int>, _ path: String) throws {
        for (index, signature) in signatures.enumerated() where !given.contains(index) {
            throw TensorJSONError.unexpected(path: "\(path).\(signature.name)", expected: "a value", found: "none")
        }
    }
}
