package import HTTP

/// A complete request, as a view of the buffer it was received in; valid only during `RequestHandler.handle`.
///
/// Strings are made when they are asked for. Invariant that makes the type safe to hold: the loop keeps the buffer
/// alive and unchanged during the call, and a noncopyable value that is only lent cannot outlive it.
@safe package struct HTTPRequest: ~Copyable {
    /// The parsed head; its ranges are positions in `bytes`.
    package let head: RequestHead
    /// Which thread serves the request: 0 ..< number of threads. Handlers may keep scratch memory by it.
    package let threadIndex: Int
    /// Whether `RequestHandler.endRound` will be called after this request, so that its answer may wait for others.
    package let isInRound: Bool
    /// The head and the body as they lie in the receive buffer.
    private let bytes: UnsafeRawBufferPointer
    private let bodyRange: Range<Int>

    /// - Parameters:
    ///   - bytes: What `head` was parsed from, and the body behind it; must stay alive and unchanged.
    ///   - head: A complete head.
    ///   - body: Where the body lies in `bytes`.
    ///   - threadIndex: The thread that serves the request.
    ///   - isInRound: Whether `RequestHandler.endRound` will be called.
    package init(
        bytes: UnsafeRawBufferPointer, head: RequestHead, body: Range<Int>, threadIndex: Int, isInRound: Bool = false
    ) {
        self.isInRound = isInRound
        unsafe self.bytes = unsafe bytes
        self.head = head
        self.threadIndex = threadIndex
        bodyRange = body
    }

    /// The method; `other` for one that is not known, see `methodName`.
    package var method: HTTPMethod { head.method }
    /// The method as it was sent.
    package var methodName: String { string(head.methodName) }
    /// The path: percent-encoded as it was sent, without query; `*` for OPTIONS of the whole server.
    package var path: String { head.path.isEmpty ? "/" : string(head.path) }
    /// The part after the question mark, percent-encoded as it was sent; nil when there is no question mark.
    package var query: String? { head.query.map { string($0) } }
    /// The path as bytes, for routers that compare without making a String. Empty means `/`.
    package var pathBytes: UnsafeRawBufferPointer { unsafe slice(head.path) }
    /// The complete body, contiguous and without chunk framing.
    package var body: UnsafeRawBufferPointer { unsafe slice(bodyRange) }

    /// The value of the first field called `name`; bytes that are no UTF-8 are replaced.
    ///
    /// - Parameter name: In lower case; compared without case.
    /// - Returns: nil when there is no such field.
    package func value(of name: StaticString) -> String? {
        let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
        return head.value(of: name, in: span).map { string($0) }
    }

    /// Whether the first field called `name` has this value; makes no string.
    ///
    /// - Parameters:
    ///   - value: In lower case; compared without case.
    ///   - name: In lower case; compared without case.
    /// - Returns: nil when there is no such field.
    package func hasValue(_ value: StaticString, of name: StaticString) -> Bool? {
        let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
        return head.value(of: name, in: span).map { equalsIgnoringCase(span, $0, value) }
    }

    /// The values of all fields called `name`, in order.
    ///
    /// - Parameter name: In lower case; compared without case.
    /// - Returns: Empty when there is no such field.
    package func values(of name: StaticString) -> [String] {
        let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
        return head.fields.filter { equalsIgnoringCase(span, $0.name, name) }.map { string($0.value) }
    }

    private func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    private func string(_ range: Range<Int>) -> String {
        unsafe String(decoding: bytes[range], as: UTF8.self)
    }
}
