import Preprocessing

/// Writes the rows of one split.
final class SplitWriter {
    private let features: FileWriter?
    private let offsets: FileWriter?
    private let cells: FileWriter?
    private(set) var rowCount = 0

    init(directory: String, hasFeatures: Bool, hasOffsets: Bool, hasCells: Bool) throws(DatasetError) {
        try Directories.make(directory)
        features = hasFeatures ? try FileWriter(path: directory + "/features.bin") : nil
        offsets = hasOffsets ? try FileWriter(path: directory + "/offsets.bin") : nil
        cells = hasCells ? try FileWriter(path: directory + "/cells.bin") : nil
    }

    func add(_ row: DatasetRow, strings: [StringTableWriter?]) throws(DatasetError) {
        if let features, let source = row.features {
            try offsets?.write(UInt64(features.byteCount))
            switch source {
            case .numbers(let numbers):
                try unsafe numbers.withUnsafeBufferPointer { buffer throws(DatasetError) in
                    try unsafe features.write(UnsafeRawBufferPointer(buffer))
                }
            case .bytes(let bytes):
                try unsafe bytes.withUnsafeBufferPointer { buffer throws(DatasetError) in
                    try unsafe features.write(UnsafeRawBufferPointer(buffer))
                }
            case .file(let bytes): try features.write(bytes)
            }
        }
        for (cell, strings) in zip(row.cells, strings) {
            switch cell {
            case .missing: try cells?.write(strings == nil ? Float.nan.bitPattern : UInt32.max)
            case .number(let value): try cells?.write(value.bitPattern)
            case .text(let text): try cells?.write(strings?.index(of: text) ?? UInt32.max)
            }
        }
        rowCount += 1
    }

    func finish() throws(DatasetError) {
        if let features { try offsets?.write(UInt64(features.byteCount)) }
        try features?.finish()
        try offsets?.finish()
        try cells?.finish()
    }
}
