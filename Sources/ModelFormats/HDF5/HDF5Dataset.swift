import Tensors

/// A dataset: its type, its shape and where its elements are.
struct HDF5Dataset {
    private let object: HDF5Object
    private let encoding: ElementEncoding
    private let isBigEndian: Bool
    private let layout: HDF5Layout
    private let filters: [HDF5Filter]
    let shape: Shape

    /// The type of the elements, for people.
    var elementName: String { "\(encoding)" }

    /// Bytes of all elements.
    var byteCount: Int { shape.elementCount * encoding.byteCount }

    /// - Throws: when the object is no dataset of numbers, or its data are not in the file.
    init(_ object: HDF5Object) throws(ModelFormatError) {
        self.object = object
        guard var space = try object.message(.dataspace), var type = try object.message(.datatype),
            var layout = try object.message(.layout)
        else { throw .malformed(part: object.part, expected: "a dataset", found: "something else") }
        guard try object.message(.externalFiles) == nil else {
            throw .unsupported(part: object.part, expected: "data inside the file are", found: "external files")
        }
        let datatype = try HDF5Datatype(&type)
        switch datatype {
        case .number(let encoding, let isBigEndian): (self.encoding, self.isBigEndian) = (encoding, isBigEndian)
        case .fixedText, .variableText:
            throw .unsupported(part: object.part, expected: "datasets of numbers are", found: "text")
        case .other(let name, _):
            throw .unsupported(part: object.part, expected: "datasets of numbers are", found: name)
        }
        guard let dimensions = try HDF5Dataspace(&space).dimensions else {
            throw .unsupported(part: object.part, expected: "datasets with elements are", found: "one of none")
        }
        shape = try Shape(checking: dimensions, width: datatype.byteCount, tensor: object.path)
        self.layout = try HDF5Layout(&layout, rank: shape.rank, width: datatype.byteCount)
        guard var pipeline = try object.message(.filters) else {
            filters = []
            return
        }
        filters = try HDF5Filter.filters(&pipeline, width: datatype.byteCount)
    }

    /// Bytes that the elements take in the file, and those that they become, with what chunks have beyond the shape.
    func storage() throws(ModelFormatError) -> (stored: Int, unpacked: Int) {
        guard case .chunked(_, let sizes) = layout else { return (byteCount, byteCount) }
        let chunks = try chunks()
        let (unpacked, overflow) = sizes.reduce(encoding.byteCount, *).multipliedReportingOverflow(by: chunks.count)
        return (chunks.reduce(0) { $0 + $1.byteCount }, overflow ? .max : unpacked)
    }

    /// Reads the elements.
    func tensor() throws(ModelFormatError) -> Tensor {
        let part = object.part
        switch layout {
        case .whole(let reader):
            guard let reader, reader.remaining == byteCount else {
                return try empty(found: reader?.remaining ?? 0)
            }
            var rest = reader
            return encoding.tensor(
                from: reader.bytes, try rest.skip(byteCount), shape: shape, bigEndian: isBigEndian)
        case .contiguous(let address, let count):
            guard let address, count == byteCount else { return try empty(found: count) }
            return try object.storage.tensor(
                at: address, encoding, shape: shape, bigEndian: isBigEndian, part: part)
        case .chunked(_, let sizes):
            let bytes = try assembled(sizes)
            return encoding.tensor(from: bytes, 0..<bytes.count, shape: shape, bigEndian: isBigEndian)
        }
    }

    /// A dataset of no elements has no data; anything else is wrong.
    private func empty(found: Int) throws(ModelFormatError) -> Tensor {
        guard byteCount == 0 else {
            throw .truncated(part: object.part, expected: byteCount, found: found == byteCount ? 0 : found)
        }
        return encoding.tensor(from: [], 0..<0, shape: shape)
    }

    /// The chunks in the file; all that the shape needs, each once.
    private func chunks() throws(ModelFormatError) -> [HDF5Tree.Chunk] {
        guard case .chunked(let address, let sizes) = layout, byteCount > 0 else { return [] }
        let needed = zip(shape.dimensions, sizes).reduce(1) { $0 * (($1.0 - 1) / $1.1 + 1) }
        guard let address else { throw .truncated(part: object.part, expected: byteCount, found: 0) }
        let chunks = try HDF5Tree(object.storage, part: object.part).chunks(at: address, rank: shape.rank)
        guard chunks.count == needed, Set(chunks.map(\.offsets)).count == needed,
            chunks.allSatisfy({ chunk in
                zip(chunk.offsets, zip(shape.dimensions, sizes)).allSatisfy { $0 < $1.0 && $0 % $1.1 == 0 }
            })
        else {
            throw .malformed(part: object.part, expected: "\(needed) chunks beside each other", found: "others")
        }
        return chunks
    }

    /// All elements, put together from the chunks.
    private func assembled(_ sizes: [Int]) throws(ModelFormatError) -> [UInt8] {
        let width = encoding.byteCount
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let chunkByteCount = sizes.reduce(width, *)
        for chunk in try chunks() {
            var reader = try object.storage.reader(at: chunk.address, count: chunk.byteCount, part: object.part)
            var data = Array(reader.bytes[try reader.skip(chunk.byteCount)])
            for (index, filter) in filters.enumerated().reversed() where chunk.filterMask >> index & 1 == 0 {
                data = try filter.undo(data, byteCount: chunkByteCount, part: object.part)
            }
            guard data.count == chunkByteCount else {
                throw .truncated(part: object.part, expected: chunkByteCount, found: data.count)
            }
            copy(data, chunk.offsets, sizes, into: &bytes)
        }
        return bytes
    }

    /// Copies a chunk row by row, without what lies beyond the shape.
    private func copy(_ data: [UInt8], _ offsets: [Int], _ sizes: [Int], into bytes: inout [UInt8]) {
        let width = encoding.byteCount
        let last = shape.rank - 1
        let counts = shape.dimensions.indices.map { min(sizes[$0], shape[$0] - offsets[$0]) }
        let rowByteCount = counts[last] * width
        let strides = (target: shape.strides, source: Shape(sizes).strides)
        var index = [Int](repeating: 0, count: shape.rank)
        repeat {
            let source = zip(index, strides.source).reduce(0) { $0 + $1.0 * $1.1 } * width
            let target = zip(zip(index, offsets), strides.target).reduce(0) { $0 + ($1.0.0 + $1.0.1) * $1.1 } * width
            bytes.replaceSubrange(target..<(target + rowByteCount), with: data[source..<(source + rowByteCount)])
        } while Self.advance(&index, counts, before: last)
    }

    /// Counts up an index over the dimensions before `last`; false at the end.
    private static func advance(_ index: inout [Int], _ counts: [Int], before last: Int) -> Bool {
        for axis in stride(from: last - 1, through: 0, by: -1) {
            index[axis] += 1
            if index[axis] < counts[axis] { return true }
            index[axis] = 0
        }
        return false
    }
}
