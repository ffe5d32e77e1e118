/// A parsed request head: positions in the buffer it was parsed from, no copies.
package struct RequestHead: Sendable, Equatable {
    /// The method; its bytes are at `methodName`.
    package internal(set) var method = HTTPMethod.other
    /// Bytes of the method.
    package internal(set) var methodName = 0..<0
    /// Bytes of the whole request target.
    package internal(set) var target = 0..<0
    /// Bytes of the path: still percent-encoded, without query; `*` for the asterisk-form;
    /// empty when the absolute-form has no path (it means `/`) and for the authority-form.
    package internal(set) var path = 0..<0
    /// Bytes after the question mark; nil when there is none.
    package internal(set) var query: Range<Int>?
    /// The minor version: 0 for HTTP/1.0; anything above is processed as HTTP/1.1 (RFC 9110 §2.5).
    package internal(set) var minorVersion = 1
    /// The field lines in the order they came.
    package internal(set) var fields: [RequestField] = []
    /// How the body ends.
    package internal(set) var framing = BodyFraming.none
    /// Whether the connection may carry another request after this one (RFC 9112 §9.3).
    package internal(set) var keepAlive = true
    /// Whether the client waits for 100 (Continue) before it sends the body (RFC 9110 §10.1.1).
    package internal(set) var expectsContinue = false
    /// Length of the head in bytes, skipped empty lines and the closing blank line included.
    package internal(set) var byteCount = 0

    /// An empty head.
    package init() {}

    /// The value of the first field called `name`, as positions in `bytes`.
    ///
    /// - Parameters:
    ///   - name: In lower case.
    ///   - bytes: The buffer the head was parsed from.
    /// - Returns: nil when there is no such field.
    package func value(of name: StaticString, in bytes: Span<UInt8>) -> Range<Int>? {
        let count = name.utf8CodeUnitCount
        for field in fields where field.name.count == count {
            if equalsIgnoringCase(bytes, field.name, name) { return field.value }
        }
        return nil
    }

    /// Makes room for the next request and keeps the memory of the field list.
    mutating func reset() {
        method = .other
        methodName = 0..<0
        query = nil
        minorVersion = 1
        fields.removeAll(keepingCapacity: true)
        framing = .none
        keepAlive = true
        expectsContinue = false
        byteCount = 0
    }
}
