extension ChunkedDecoder {
    /// Reads one byte outside chunk data.
    mutating func step(_ byte: UInt8) throws(HTTPError) {
        switch state {
        case .size, .afterSize, .chunkExtension: try stepSizeLine(byte)
        case .sizeLineFeed:
            guard byte == 0x0A else { throw .bareCarriageReturn }
            try openChunk()
        case .dataReturn:
            guard byte == 0x0D else { throw .missingChunkEnd }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw .missingChunkEnd }
            (state, remaining, sizeDigits, extensionBytes) = (.size, 0, 0, 0)
        default: try stepTrailer(byte)
        }
    }

    /// `chunk-size [ chunk-ext ] CRLF`, `chunk-size = 1*HEXDIG`,
    /// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (RFC 9112 §7.1, §7.1.1)
    private mutating func stepSizeLine(_ byte: UInt8) throws(HTTPError) {
        switch (state, byte) {
        case (.size, _):
            if let digit = hexadecimalValue(byte) { return try addDigit(digit) }
            guard sizeDigits > 0 else { throw .invalidChunkSize }
            try endSize(byte)
        case (.afterSize, _):
            try endSize(byte)
        case (_, 0x0D):
            state = .sizeLineFeed
        case (_, 0x0A):
            throw .bareLineFeed
        default:
            if isControl(byte) { throw .invalidChunkExtension }
            try countExtensionByte()
        }
    }

    /// What may follow the digits of a size; white space only when an extension comes.
    private mutating func endSize(_ byte: UInt8) throws(HTTPError) {
        switch byte {
        case 0x3B: state = .chunkExtension
        case 0x20, 0x09:
            state = .afterSize
            try countExtensionByte()
        case 0x0D where state == .size: state = .sizeLineFeed
        case 0x0A: throw .bareLineFeed
        default: throw .invalidChunkSize
        }
    }

    private mutating func addDigit(_ digit: Int) throws(HTTPError) {
        sizeDigits += 1
        guard sizeDigits <= 16 else { throw .invalidChunkSize }
        // Sixteen digits fill 64 bits: what does not fit 63 is larger than any limit.
        guard remaining <= Int.max >> 4 else { throw .bodyTooLarge(limit: limits.maximumBodyBytes) }
        remaining = remaining << 4 | digit
    }

    private mutating func countExtensionByte() throws(HTTPError) {
        extensionBytes += 1
        guard extensionBytes <= limits.maximumChunkExtensionBytes else {
            throw .chunkExtensionTooLong(limit: limits.maximumChunkExtensionBytes)
        }
    }

    /// `trailer-section = *( field-line CRLF )` and the CRLF that ends the body (RFC 9112 §7.1.2)
    private mutating func stepTrailer(_ byte: UInt8) throws(HTTPError) {
        trailerBytes += 1
        guard trailerBytes <= limits.maximumTrailerBytes else {
            throw .trailersTooLarge(limit: limits.maximumTrailerBytes)
        }
        switch (state, byte) {
        case (.trailerLineFeed, 0x0A): state = .trailerStart
        case (.finalLineFeed, 0x0A): state = .complete
        case (.trailerLineFeed, _), (.finalLineFeed, _): throw .bareCarriageReturn
        case (_, 0x0A): throw .bareLineFeed
        case (.trailerStart, 0x0D): state = .finalLineFeed
        case (.trailerStart, 0x20), (.trailerStart, 0x09): throw .obsoleteLineFolding
        case (.trailerStart, 0x3A): throw .emptyFieldName
        case (.trailerName, 0x3A): state = .trailerValue
        case (.trailerName, 0x20), (.trailerName, 0x09): throw .whitespaceBeforeColon
        case (.trailerStart, _), (.trailerName, _):
            guard ByteClass.token.contains(byte) else { throw .invalidFieldName(byte: byte) }
            state = .trailerName
        case (_, 0x0D): state = .trailerLineFeed
        default:
            if isControl(byte) { throw .invalidFieldValue(byte: byte) }
        }
    }
}
