extension RequestParser {
    /// `request-target = origin-form / absolute-form / authority-form / asterisk-form` (RFC 9112 §3.2)
    mutating func parseTarget(_ bytes: Span<UInt8>) throws(HTTPError) {
        let target = head.target
        if bytes[target.lowerBound] == 0x2F, head.method != .connect {
            return try parsePathAndQuery(bytes, target)
        }
        if head.method == .connect {
            guard isAuthority(bytes, target, requiresPort: true) else {
                throw .invalidTarget(reason: "CONNECT takes a host and a port")
            }
            head.path = target.upperBound..<target.upperBound
            return
        }
        if equals(bytes, target, "*") {
            guard head.method == .options else { throw .invalidTarget(reason: "only OPTIONS takes *") }
            head.path = target
            return
        }
        try parseAbsoluteForm(bytes, target)
    }

    /// `absolute-form = absolute-URI`; of the schemes only http and https lead here (RFC 9112 §3.2.2).
    ///
    /// RFC 9110 §4.2.1 refuses an empty host; §4.2.4 lets a recipient refuse userinfo.
    private mutating func parseAbsoluteForm(_ bytes: Span<UInt8>, _ target: Range<Int>) throws(HTTPError) {
        let start = target.lowerBound
        let isHTTP = target.count >= 7 && equalsIgnoringCase(bytes, start..<start &+ 7, "http://")
        let isHTTPS = target.count >= 8 && equalsIgnoringCase(bytes, start..<start &+ 8, "https://")
        guard isHTTP || isHTTPS else {
            throw .invalidTarget(reason: "expected a path that begins with a slash, or an http URI")
        }
        let authority = start &+ (isHTTP ? 7 : 8)
        var end = authority
        while end < target.upperBound, bytes[end] != 0x2F, bytes[end] != 0x3F { end &+= 1 }
        guard end > authority, bytes[authority] != 0x3A, isAuthority(bytes, authority..<end) else {
            throw .invalidTarget(reason: "the URI has no valid host")
        }
        try parsePathAndQuery(bytes, end..<target.upperBound)
    }

    /// `origin-form = absolute-path [ "?" query ]` (RFC 9112 §3.2.1, RFC 3986 §3.3 and §3.4)
    private mutating func parsePathAndQuery(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPError) {
        var index = range.lowerBound
        try skip(bytes, &index, range.upperBound, ByteClass.path)
        head.path = range.lowerBound..<index
        guard index < range.upperBound else { return }
        guard bytes[index] == 0x3F else {
            throw .invalidTarget(reason: "byte \(bytes[index]) must be percent-encoded")
        }
        let start = index &+ 1
        index = start
        try skip(bytes, &index, range.upperBound, ByteClass.query)
        guard index == range.upperBound else {
            throw .invalidTarget(reason: "byte \(bytes[index]) must be percent-encoded")
        }
        head.query = start..<index
    }

    /// Moves `index` over characters of a class and `pct-encoded = "%" HEXDIG HEXDIG` (RFC 3986 §2.1).
    @inline(__always)
    private func skip(
        _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int, _ allowed: ByteClass
    ) throws(HTTPError) {
        while index < end {
            if allowed.contains(bytes[index]) {
                index &+= 1
            } else if bytes[index] == 0x25 {
                guard isPercentEncoded(bytes, at: index, before: end) else {
                    throw .invalidTarget(reason: "a percent sign must be followed by two hexadecimal digits")
                }
                index &+= 3
            } else {
                return
            }
        }
    }
}
