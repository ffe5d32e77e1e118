import JSON

/// The JSON at the start of a safetensors file: where each tensor is, and its type and shape.
struct SafeTensorsHeader {
    /// One tensor.
    struct Entry {
        let name: String
        let encoding: ElementEncoding
        let dimensions: [Int64]
        /// Bytes, counted from the end of the header.
        let range: Range<Int>
    }

    /// Most bytes of a header; the limit of the reference implementation.
    static let maximumByteCount = 100_000_000
    /// The key that holds text instead of a tensor.
    static let metadataKey = "__metadata__"

    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    /// Reads a range of `bytes`.
    init(json bytes: [UInt8], _ range: Range<Int>) throws(ModelFormatError) {
        guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "{") else {
            throw .malformed(part: "safetensors header", expected: "\"{\" as its first byte", found: "something else")
        }
        do {
            try unsafe bytes.withUnsafeBytes { all in
                // Deep enough for what a header holds: object, tensor, list.
                var reader = unsafe JSONReader(UnsafeRawBufferPointer(rebasing: all[range]), maximumDepth: 3)
                try readTensors(&reader)
                try reader.finish()
            }
        } catch let error as ModelFormatError {
            throw error
        } catch let error as JSONError {
            throw .json(part: "safetensors header", error)
        } catch {
            preconditionFailure("reading a header throws nothing else")
        }
    }

    private mutating func readTensors(_ reader: inout JSONReader) throws {
        var names: Set<String> = []
        try reader.beginObject()
        while let name = try reader.nextKey() {
            guard names.insert(name).inserted else {
                throw ModelFormatError.malformed(
                    part: "safetensors header", expected: "each name once", found: "\(name.quoted) twice")
            }
            if name == Self.metadataKey {
                try readMetadata(&reader)
            } else {
                entries.append(try Self.readEntry(&reader, name: name))
            }
        }
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard metadata.updateValue(try reader.readString(), forKey: key) == nil else {
                throw ModelFormatError.malformed(
                    part: "safetensors metadata", expected: "each key once", found: "\(key.quoted) twice")
            }
        }
    }

    private static func readEntry(_ reader: inout JSONReader, name: String) throws -> Entry {
        var type: String?
        var dimensions: [Int64]?
        var offsets: [Int64]?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "dtype" where type == nil: type = try reader.readString()
            case "shape" where dimensions == nil: dimensions = try readIntegers(&reader)
            case "data_offsets" where offsets == nil: offsets = try readIntegers(&reader)
            default:
                throw ModelFormatError.tensor(
                    name, expected: "the keys dtype, shape and data_offsets, each once", found: key.quoted)
            }
        }
        guard let type, let dimensions, let offsets else {
            throw ModelFormatError.tensor(
                name, expected: "the keys dtype, shape and data_offsets",
                found: "no \(type == nil ? "dtype" : dimensions == nil ? "shape" : "data_offsets")")
        }
        guard let encoding = ElementEncoding(safeTensorsName: type) else {
            throw ModelFormatError.tensor(
                name, expected: "dtype \(ElementEncoding.safeTensorsNames.joined(separator: ", "))", found: type.quoted)
        }
        guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
            throw ModelFormatError.tensor(
                name, expected: "data_offsets to be begin and end", found: "\(offsets.prefix(3))")
        }
        return Entry(name: name, encoding: encoding, dimensions: dimensions, range: Int(offsets[0])..<Int(offsets[1]))
    }

    private static func readIntegers(_ reader: inout JSONReader) throws -> [Int64] {
        var values: [Int64] = []
        try reader.beginArray()
        while try reader.nextElement() { values.append(Int64(try reader.readInt())) }
        return values
    }

    /// Checks that the tensors lie one after another without holes and take up all of the `byteCount` bytes.
    func checkLayout(byteCount: Int) throws(ModelFormatError) {
        var end = 0
        for entry in entries.sorted(by: {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }) {
            guard entry.range.lowerBound == end else {
                throw .tensor(
                    entry.name, expected: "data from offset \(end), where the tensor before it ends",
                    found: "offset \(entry.range.lowerBound)")
            }
            end = entry.range.upperBound
        }
        guard end <= byteCount else {
            throw .truncated(part: "safetensors data", expected: end, found: byteCount)
        }
        guard end == byteCount else {
            throw .malformed(part: "safetensors data", expected: "\(end) bytes", found: "\(byteCount)")
        }
    }
}
