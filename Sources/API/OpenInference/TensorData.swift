import JSON
import Tensors

/// The `data` of a tensor in JSON: nested or flat.
struct TensorData {
    let place: String
    let limits: APILimits

    /// Reads exactly the elements of `shape`, which has no more of them than `limits` allow.
    func read(
        _ reader: inout JSONReader, _ datatype: TensorDatatype, _ shape: [Int]
    ) throws -> InputTensor.Values {
        switch datatype {
        case .fp16, .bf16:
            throw FieldError(
                path: place, expected: "elements of \(datatype.rawValue) as binary data, for which JSON has no form",
                found: "JSON")
        case .bytes:
            var texts: [[UInt8]] = []
            try flatten(&reader, shape, "a text") { reader in
                guard try reader.peek() == .string else { return false }
                texts.append(Array(try reader.readString().utf8))
                return true
            }
            return .bytes(texts)
        case .bool:
            let buffer = FloatBuffer()
            try flatten(&reader, shape, "true or false") { reader in
                if try reader.peek() == .bool {
                    buffer.append(try reader.readBool() ? 1 : 0)
                    return true
                }
                guard try reader.peek() == .number, let number = try? reader.readWholeNumber(), (0...1).contains(number)
                else {
                    return false
                }
                buffer.append(Float(number))
                return true
            }
            return .floats(Self.storage(buffer))
        default: return .floats(try numbers(&reader, datatype, shape))
        }
    }

    private func numbers(
        _ reader: inout JSONReader, _ datatype: TensorDatatype, _ shape: [Int]
    ) throws -> AlignedStorage {
        let buffer = FloatBuffer()
        var tensor = TensorReader(
            field: place, sampleShape: shape,
            limits: TensorLimits(maximumRows: 1, maximumElements: limits.maximumElements))
        try tensor.readTensor(from: &reader, into: buffer)
        if let range = datatype.integerRange {
            for index in 0..<buffer.count
            where !range.contains(buffer[index]) || buffer[index] != buffer[index].rounded() {
                throw FieldError(
                    path: place, expected: "whole numbers of \(datatype.rawValue)",
                    found: "\(buffer[index]) as element \(index)")
            }
        }
        return Self.storage(buffer)
    }

    private static func storage(_ buffer: FloatBuffer) -> AlignedStorage {
        unsafe AlignedStorage(copying: buffer.base, count: buffer.count)
    }

    /// Reads lists of any nesting, element by element.
    /// - Parameters:
    ///   - reader: At the outermost list.
    ///   - shape: Says how many elements there are.
    ///   - expected: What an element is, for messages.
    ///   - element: Reads one; false when it is of another kind.
    /// - Throws: `FieldError` for an element of another kind, or another number of them.
    private func flatten(
        _ reader: inout JSONReader, _ shape: [Int], _ expected: String, _ element: (inout JSONReader) throws -> Bool
    ) throws {
        let count = shape.reduce(1, *)
        var found = 0
        var depth = 0
        repeat {
            guard try reader.peek() != .array else {
                try reader.beginArray()
                depth += 1
                while depth > 0, try !reader.nextElement() { depth -= 1 }
                continue
            }
            var start = reader
            guard depth > 0, try element(&reader) else {
                throw FieldError(
                    path: place, expected: depth == 0 ? "a list" : expected,
                    found: "\(try start.peek()) as element \(found)")
            }
            found += 1
            guard found <= count else { break }
            while depth > 0, try !reader.nextElement() { depth -= 1 }
        } while depth > 0
        guard found == count else {
            throw FieldError(
                path: place, expected: "\(count) elements as the shape says", found: found > count ? "more" : "\(found)"
            )
        }
    }
}
