import JSON
import Tensors

extension SafeTensors {
    /// The bytes of a file with these contents, the same as the reference implementation writes: widest types first,
    /// then by name, the header padded with spaces so that the elements start at a multiple of 8.
    package func bytes() -> [UInt8] {
        let sorted = tensors.map { (name: $0.key, tensor: $0.value, encoding: ElementEncoding($0.value.dtype)) }
            .sorted { left, right in
                left.encoding.safeTensorsRank == right.encoding.safeTensorsRank
                    ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
                    : left.encoding.safeTensorsRank > right.encoding.safeTensorsRank
            }
        var writer = JSONWriter()
        var dataCount = 0
        writer.beginObject()
        appendMetadata(to: &writer)
        for (name, tensor, encoding) in sorted {
            writer.key(name)
            writer.beginObject()
            writer.key("dtype")
            writer.append(encoding.safeTensorsName)
            writer.key("shape")
            Self.append(tensor.shape.dimensions, to: &writer)
            writer.key("data_offsets")
            Self.append([dataCount, dataCount + tensor.storage.byteCount], to: &writer)
            writer.endObject()
            dataCount += tensor.storage.byteCount
        }
        writer.endObject()
        let padding = (8 - writer.bytes.count % 8) % 8
        let headerCount = writer.bytes.count + padding
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + headerCount + dataCount)
        for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: headerCount >> (8 * place))) }
        bytes += writer.bytes
        bytes += repeatElement(UInt8(ascii: " "), count: padding)
        for (_, tensor, _) in sorted { bytes += tensor.bytes }
        return bytes
    }

    private func appendMetadata(to writer: inout JSONWriter) {
        guard !metadata.isEmpty else { return }
        writer.key(SafeTensorsHeader.metadataKey)
        writer.beginObject()
        for (key, value) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            writer.key(key)
            writer.append(value)
        }
        writer.endObject()
    }

    private static func append(_ integers: [Int], to writer: inout JSONWriter) {
        writer.beginArray()
        for integer in integers { writer.append(integer) }
        writer.endArray()
    }
}
