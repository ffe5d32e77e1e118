/// An append-only writer of one JSON document into bytes; commas and colons come by themselves.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.key("predictions")
///     writer.appendTensor(scores, shape: [2, 10])
///     writer.endObject()
///     send(writer.bytes)
///
/// Calls in an order that gives no JSON (a value without its key, an end without its begin) trap.
package struct JSONWriter {
    /// What to write for a float that JSON has no number for.
    package enum NonFinitePolicy: Sendable {
        /// The words NaN, Infinity and -Infinity, which TensorFlow Serving writes and Python reads; not strict JSON.
        case token
        /// null.
        case null
    }

    /// Most containers inside each other.
    package static let maximumDepth = 64

    /// The document so far.
    package internal(set) var bytes: [UInt8] = []

    /// What to write for NaN and the infinities.
    package let nonFinitePolicy: NonFinitePolicy

    /// Open containers.
    private var depth = 0

    /// Bit i says whether the i-th open container, from the outside, is an object.
    private var objects: UInt64 = 0

    /// Whether a "," is due before the next value or key.
    private var needsComma = false

    /// Whether a key was written whose value is due.
    private var hasKey = false

    /// Makes an empty document.
    /// - Parameters:
    ///   - capacity: bytes to reserve.
    ///   - nonFinitePolicy: what to write for NaN and the infinities.
    package init(capacity: Int = 256, nonFinitePolicy: NonFinitePolicy = .null) {
        self.nonFinitePolicy = nonFinitePolicy
        bytes.reserveCapacity(capacity)
    }

    /// Whether one whole value has been written.
    package var isComplete: Bool { depth == 0 && needsComma }

    /// Empties the document for the next one; keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        (depth, objects, needsComma, hasKey) = (0, 0, false, false)
    }

    /// Writes "{".
    package mutating func beginObject() { begin(UInt8(ascii: "{"), isObject: true) }

    /// Writes "}".
    package mutating func endObject() { end(UInt8(ascii: "}"), isObject: true) }

    /// Writes "[".
    package mutating func beginArray() { begin(UInt8(ascii: "["), isObject: false) }

    /// Writes "]".
    package mutating func endArray() { end(UInt8(ascii: "]"), isObject: false) }

    /// Writes a key and ":" in the innermost object.
    package mutating func key(_ key: String) {
        precondition(isInObject && !hasKey, "a key needs an object and the last key's value")
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        appendQuoted(key)
        bytes.append(UInt8(ascii: ":"))
        hasKey = true
    }

    /// Writes the comma before a value and notes the value.
    mutating func prepareValue() {
        precondition(hasKey == isInObject, "in an object each value needs a key before it")
        precondition(depth > 0 || !needsComma, "a document holds one value")
        if needsComma, !hasKey { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        hasKey = false
    }

    private var isInObject: Bool {
        depth > 0 && objects & (1 << UInt64(depth - 1)) != 0
    }

    private mutating func begin(_ bracket: UInt8, isObject: Bool) {
        prepareValue()
        precondition(depth < Self.maximumDepth, "nested deeper than \(Self.maximumDepth) levels")
        let bit: UInt64 = 1 << UInt64(depth)
        objects = isObject ? objects | bit : objects & ~bit
        depth += 1
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8, isObject: Bool) {
        precondition(depth > 0 && isInObject == isObject && !hasKey, "no container of this kind to end here")
        depth -= 1
        bytes.append(bracket)
        needsComma = true
    }
}
