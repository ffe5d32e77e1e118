import JSON

/// Copies a document into an allocation of exactly its size, so that reading past the end is reading foreign memory.
func withExactBytes<Result>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(memory))
}

/// Runs a reader over a document.
func reading<Result>(_ document: String, _ body: (inout JSONReader) throws -> Result) rethrows -> Result {
    try withExactBytes(Array(document.utf8)) { bytes in
        var reader = JSONReader(bytes)
        return try body(&reader)
    }
}

/// Reads and forgets one whole document.
func validate(_ bytes: [UInt8]) throws {
    try withExactBytes(bytes) { bytes in
        var reader = JSONReader(bytes)
        try reader.skipValue()
        try reader.finish()
    }
}

/// The numbers, row count and resolved shape of a tensor.
struct ReadTensor: Equatable {
    var rows: Int
    var shape: [Int]?
    var elements: [Float]
    /// Of each row, when they differ.
    var rowShapes: [[Int]] = []
}

/// Reads a document that is a list of rows named `instances`.
func readRows(
    _ document: String, _ shape: [Int?], limits: TensorLimits = TensorLimits(), rowsMayVary: Bool = false
) throws -> ReadTensor {
    try reading(document) { reader in
        let buffer = FloatBuffer(capacity: 4)
        var tensor = TensorReader(field: "instances", sampleShape: shape, limits: limits, rowsMayVary: rowsMayVary)
        let rows = try tensor.readRows(from: &reader, into: buffer)
        try reader.finish()
        return ReadTensor(
            rows: rows, shape: tensor.resolvedShape, elements: Array(buffer.elements), rowShapes: tensor.rowShapes)
    }
}

/// The text of the error that reading gives; nil when there is none.
func tensorErrorText(
    _ document: String, _ shape: [Int?], limits: TensorLimits = TensorLimits(), rowsMayVary: Bool = false
) -> String? {
    do {
        _ = try readRows(document, shape, limits: limits, rowsMayVary: rowsMayVary)
        return nil
    } catch {
        return String(describing: error)
    }
}

/// The text of the error that skipping a document gives; nil when there is none.
func errorText(_ bytes: [UInt8]) -> String? {
    do {
        try validate(bytes)
        return nil
    } catch {
        return String(describing: error)
    }
}

/// A reproducible sequence of random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
