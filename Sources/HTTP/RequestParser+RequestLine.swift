extension RequestParser {
    /// `request-line = method SP request-target SP HTTP-version` and its CRLF (RFC 9112 §3)
    ///
    /// - Returns: False when the line is not complete.
    mutating func parseRequestLine(_ bytes: Span<UInt8>) throws(HTTPError) -> Bool {
        guard try skipEmptyLines(bytes), let method = try methodEnd(bytes) else { return false }
        guard let target = try targetEnd(bytes, from: method &+ 1) else { return false }
        guard let minor = try parseVersion(bytes, from: target &+ 1) else { return false }
        head.methodName = position..<method
        head.method = HTTPMethod(bytes, head.methodName)
        head.target = method &+ 1..<target
        head.minorVersion = minor
        try parseTarget(bytes)
        position = target &+ 11
        return true
    }

    /// RFC 9112 §2.2: a server should ignore at least one empty line before the request line.
    ///
    /// - Returns: False when the bytes end before a request line begins.
    private mutating func skipEmptyLines(_ bytes: Span<UInt8>) throws(HTTPError) -> Bool {
        while position < bytes.count, bytes[position] == 0x0D {
            guard position &+ 1 < bytes.count else { return false }
            guard bytes[position &+ 1] == 0x0A else { throw .bareCarriageReturn }
            position &+= 2
            emptyLines &+= 1
            if emptyLines > limits.maximumEmptyLines { throw .tooManyEmptyLines(limit: limits.maximumEmptyLines) }
        }
        return position < bytes.count
    }

    /// `method = token` and the space behind it (RFC 9112 §3.1)
    ///
    /// - Returns: The position of the space.
    private func methodEnd(_ bytes: Span<UInt8>) throws(HTTPError) -> Int? {
        let index = tokenEnd(bytes, from: position)
        if index &- position > limits.maximumMethodBytes { throw .methodTooLong(limit: limits.maximumMethodBytes) }
        guard index < bytes.count else { return nil }
        guard bytes[index] == 0x20, index > position else {
            switch bytes[index] {
            case 0x0A where index == position: throw .bareLineFeed
            case 0x0D, 0x0A: throw .missingTarget
            case let byte: throw .invalidMethod(byte: byte)
            }
        }
        return index
    }

    /// The bytes of `request-target` are visible ASCII; its grammar is read once its end is known (RFC 9112 §3.2).
    ///
    /// - Returns: The position of the space behind it.
    private func targetEnd(_ bytes: Span<UInt8>, from start: Int) throws(HTTPError) -> Int? {
        var index = start
        while index < bytes.count, bytes[index] > 0x20, bytes[index] < 0x7F { index &+= 1 }
        if index &- start > limits.maximumTargetBytes { throw .targetTooLong(limit: limits.maximumTargetBytes) }
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case 0x20 where index == start: throw .missingTarget
        case 0x20: return index
        case 0x0D, 0x0A: throw index == start ? .missingTarget : .missingVersion
        case let byte: throw .invalidTarget(reason: "byte \(byte) must be percent-encoded")
        }
    }

    /// `HTTP-version = HTTP-name "/" DIGIT "." DIGIT` and the CRLF of the line (RFC 9112 §2.3)
    ///
    /// - Returns: The minor version, or nil when the bytes end before the line does.
    private func parseVersion(_ bytes: Span<UInt8>, from start: Int) throws(HTTPError) -> Int? {
        // What nearly all requests say.
        if bytes.count >= start &+ 10, equals(bytes, start..<start &+ 10, "HTTP/1.1\r\n") { return 1 }
        for index in start..<min(bytes.count, start &+ 10) where !versionFits(bytes[index], at: index &- start) {
            throw index &- start == 9 ? .bareCarriageReturn : .invalidVersion
        }
        guard bytes.count >= start &+ 10 else { return nil }
        let major = bytes[start &+ 5] &- 0x30
        guard major == 1 else { throw .unsupportedVersion(major: Int(major)) }
        return Int(bytes[start &+ 7] &- 0x30)
    }

    /// Whether `byte` may stand at `offset` of `HTTP/1.1` CR LF, with any two digits.
    @inline(__always)
    private func versionFits(_ byte: UInt8, at offset: Int) -> Bool {
        switch offset {
        case 0: byte == 0x48
        case 1, 2: byte == 0x54
        case 3: byte == 0x50
        case 4: byte == 0x2F
        case 5, 7: isDigit(byte)
        case 6: byte == 0x2E
        case 8: byte == 0x0D
        default: byte == 0x0A
        }
    }
}
