/// `uri-host [ ":" port ]`, the value of Host and the authority of an http URI without userinfo
/// (RFC 9110 §7.2, RFC 3986 §3.2). An empty host is allowed: a client without an authority sends it.
///
/// - Parameters:
///   - bytes: The buffer.
///   - range: The part of it to look at.
///   - requiresPort: Whether a port of at least one digit must stand there (RFC 9112 §3.2.3).
/// - Returns: Whether the whole part fits the grammar.
func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>, requiresPort: Bool = false) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    if index < end, bytes[index] == 0x5B {
        guard let close = (index..<end).first(where: { bytes[$0] == 0x5D }) else { return false }
        guard isIPLiteral(bytes, index &+ 1..<close) else { return false }
        index = close &+ 1
    } else {
        while index < end {
            if ByteClass.registeredName.contains(bytes[index]) {
                index &+= 1
            } else if isPercentEncoded(bytes, at: index, before: end) {
                index &+= 3
            } else {
                break
            }
        }
    }
    if requiresPort, index == range.lowerBound || end &- index < 2 { return false }
    guard index < end else { return true }
    guard bytes[index] == 0x3A else { return false }
    return (index &+ 1..<end).allSatisfy { isDigit(bytes[$0]) }
}

/// `pct-encoded = "%" HEXDIG HEXDIG` (RFC 3986 §2.1)
func isPercentEncoded(_ bytes: Span<UInt8>, at index: Int, before end: Int) -> Bool {
    index &+ 2 < end && bytes[index] == 0x25 && hexadecimalValue(bytes[index &+ 1]) != nil
        && hexadecimalValue(bytes[index &+ 2]) != nil
}

/// `IPv6address`, the inside of `IP-literal`; `IPvFuture` has no address and is refused (RFC 3986 §3.2.2).
private func isIPLiteral(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var groups = 0
    var compressed = false
    var index = range.lowerBound
    while index < range.upperBound {
        if bytes[index] == 0x3A {
            // "::" stands once for one or more groups; a single colon only between two groups.
            guard index &+ 1 < range.upperBound, bytes[index &+ 1] == 0x3A, !compressed else { return false }
            compressed = true
            index &+= 2
            continue
        }
        var end = index
        while end < range.upperBound, hexadecimalValue(bytes[end]) != nil { end &+= 1 }
        if end < range.upperBound, bytes[end] == 0x2E {
            guard isIPv4(bytes, index..<range.upperBound) else { return false }
            groups += 2
            break
        }
        guard (1...4).contains(end &- index) else { return false }
        groups += 1
        index = end
        guard index < range.upperBound else { break }
        guard bytes[index] == 0x3A, index &+ 1 < range.upperBound else { return false }
        if bytes[index &+ 1] != 0x3A { index &+= 1 }
    }
    return compressed ? groups <= 7 : groups == 8
}

/// `IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet` (RFC 3986 §3.2.2)
private func isIPv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var octets = 0
    var value = 0
    var digits = 0
    for index in range {
        if bytes[index] == 0x2E {
            guard digits > 0 else { return false }
            octets += 1
            (value, digits) = (0, 0)
        } else {
            guard isDigit(bytes[index]), digits < 3, !(digits > 0 && value == 0) else { return false }
            value = value * 10 + Int(bytes[index] &- 0x30)
            digits += 1
            guard value < 256 else { return false }
        }
    }
    return octets == 3 && digits > 0
}
