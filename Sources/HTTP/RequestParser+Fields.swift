extension RequestParser {
    /// What stands where a field line may stand.
    enum FieldLine {
        case field
        case blank
        case incomplete
    }

    /// `field-line = field-name ":" OWS field-value OWS` and its CRLF, or the CRLF that ends the head (RFC 9112 §5)
    mutating func parseFieldLine(_ bytes: Span<UInt8>) throws(HTTPError) -> FieldLine {
        let start = position
        guard start < bytes.count else { return .incomplete }
        // field-name = token (RFC 9110 §5.1)
        let colon = tokenEnd(bytes, from: start)
        guard colon < bytes.count else { return .incomplete }
        guard bytes[colon] == 0x3A, colon > start else { return try parseBlankLine(bytes, at: colon) }
        // field-value = *( VCHAR / obs-text / SP / HTAB ) between optional white space (RFC 9110 §5.5)
        let end = firstControl(bytes, from: colon &+ 1)
        guard end &+ 1 < bytes.count else {
            if end < bytes.count, bytes[end] != 0x0D { try refuseControl(bytes[end]) }
            return .incomplete
        }
        guard bytes[end] == 0x0D else {
            try refuseControl(bytes[end])
            return .incomplete
        }
        guard bytes[end &+ 1] == 0x0A else { throw .bareCarriageReturn }
        if head.fields.count >= limits.maximumFieldCount { throw .tooManyFields(limit: limits.maximumFieldCount) }
        let field = RequestField(name: start..<colon, value: trimmed(bytes, colon &+ 1..<end))
        head.fields.append(field)
        position = end &+ 2
        try interpret(field, bytes)
        return .field
    }

    private func refuseControl(_ byte: UInt8) throws(HTTPError) {
        throw byte == 0x0A ? .bareLineFeed : .invalidFieldValue(byte: byte)
    }

    /// The CRLF at the end of the head; anything else at `index` makes the line no field line.
    @inline(never)
    private mutating func parseBlankLine(_ bytes: Span<UInt8>, at index: Int) throws(HTTPError) -> FieldLine {
        let isFirst = index == position
        switch bytes[index] {
        case 0x0D where isFirst:
            guard index &+ 1 < bytes.count else { return .incomplete }
            guard bytes[index &+ 1] == 0x0A else { throw .bareCarriageReturn }
            position = index &+ 2
            return .blank
        case 0x0A: throw .bareLineFeed
        // RFC 9112 §5.2 and §2.2: a fold, or white space before the first field.
        case 0x20 where isFirst, 0x09 where isFirst: throw .obsoleteLineFolding
        // RFC 9112 §5.1: a request with white space before the colon must be refused.
        case 0x20, 0x09: throw .whitespaceBeforeColon
        case 0x3A: throw .emptyFieldName
        case let byte: throw .invalidFieldName(byte: byte)
        }
    }
}
