import Glibc
import JSON

/// A body of multipart/form-data, as `curl -F file=@digit.png` and forms of web pages send it (RFC 7578, RFC 2046 §5.1).
struct MultipartBody {
    /// A file or a field.
    struct Part: Equatable {
        /// Empty when there is none.
        let mediaType: String
        /// The name that the client gives the file; nil for a field of a form.
        var fileName: String?
        let bytes: ArraySlice<UInt8>
    }

    let parts: [Part]

    private static let newline: [UInt8] = [13, 10]
    private static let longestBoundary = 70
    /// Bytes of the fields in front of a part.
    private static let longestHead = 16 * 1024

    /// The boundary that a Content-Type names.
    /// - Throws: `APIError.field`.
    static func boundary(_ contentType: String) throws(APIError) -> String {
        if let value = parameter("boundary", of: contentType[...]), (1...longestBoundary).contains(value.utf8.count) {
            return value
        }
        throw .field(
            FieldError(
                path: "Content-Type", expected: "a boundary of 1 to \(longestBoundary) characters", found: contentType))
    }

    /// Cuts a body into its parts.
    /// - Parameters:
    ///   - body: All of it.
    ///   - boundary: What stands between the parts.
    ///   - limit: Most parts.
    /// - Throws: `APIError.body`, or `.tensor` for more parts.
    init(_ body: [UInt8], boundary: String, limit: Int) throws(APIError) {
        let delimiter = Array("--\(boundary)".utf8)
        guard var place = Self.firstDelimiter(delimiter, in: body) else {
            throw Self.error("\"--\(boundary)\" in front of the first part", "none")
        }
        var parts: [Part] = []
        // delimiter := CRLF "--" boundary; the last one is followed by "--".
        while !body[place...].starts(with: Array("--".utf8)) {
            guard parts.count < limit else { throw .tensor(.tooManyRows(path: "body", limit: limit)) }
            guard let line = Self.find(Self.newline, in: body, from: place) else {
                throw Self.error("a line end behind the boundary", "the end of the body")
            }
            guard let end = Self.find(Self.newline + delimiter, in: body, from: line) else {
                throw Self.error("\"--\(boundary)--\" behind the last part", "the end of the body")
            }
            parts.append(try Self.part(body[line..<end]))
            place = end + Self.newline.count + delimiter.count
        }
        self.parts = parts
    }

    /// Where the body goes on behind the first delimiter, in front of which there may be lines for nobody.
    private static func firstDelimiter(_ delimiter: [UInt8], in body: [UInt8]) -> Int? {
        if body.starts(with: delimiter) { return delimiter.count }
        return find(newline + delimiter, in: body, from: 0).map { $0 + newline.count + delimiter.count }
    }

    /// Fields, an empty line, and what the part holds; begins with the line end behind the boundary.
    private static func part(_ bytes: ArraySlice<UInt8>) throws(APIError) -> Part {
        let separator = newline + newline
        let head = bytes.prefix(longestHead)
        guard let end = head.indices.first(where: { head[$0...].starts(with: separator) }) else {
            throw error("an empty line between a part's fields and what it holds", "none")
        }
        var mediaType = ""
        var fileName: String?
        for line in String(decoding: bytes[bytes.startIndex..<end], as: UTF8.self).split(whereSeparator: \.isNewline) {
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1).drop { $0 == " " || $0 == "\t" }
            switch name.lowercased() {
            case "content-type": mediaType = String(value)
            case "content-disposition": fileName = parameter("filename", of: value)
            default: break
            }
        }
        return Part(mediaType: mediaType, fileName: fileName, bytes: bytes[(end + separator.count)...])
    }

    /// A parameter of a field, quoted or not: the `filename` of a Content-Disposition (RFC 7578 §4.2), say.
    private static func parameter(_ wanted: String, of field: Substring) -> String? {
        var rest = field.drop { $0 != ";" }
        while let separator = rest.popFirst(), separator == ";" {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            var value = ""
            if rest.first == "=" {
                rest.removeFirst()
                value = Self.value(&rest)
            }
            if name.lowercased() == wanted { return value }
            rest = rest.drop { $0 != ";" }
        }
        return nil
    }

    /// A token or a quoted string, in which a backslash stands before a quote.
    private static func value(_ rest: inout Substring) -> String {
        guard rest.first == "\"" else {
            let token = rest.prefix { $0 != ";" && $0 != " " }
            rest = rest.dropFirst(token.count)
            return String(token)
        }
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let escaped = rest.first, escaped == "\"" || escaped == "\\" {
                value.append(rest.removeFirst())
            } else {
                value.append(character)
            }
        }
        return value
    }

    /// Where a pattern that begins with a carriage return comes next.
    private static func find(_ pattern: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        unsafe body.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var place = start
            while bytes.count - place >= pattern.count,
                let found = unsafe memchr(base + place, Int32(newline[0]), bytes.count - place)
            {
                place = unsafe UnsafeRawPointer(found) - base
                if unsafe bytes[place...].starts(with: pattern) { return place }
                place += 1
            }
            return nil
        }
    }

    private static func error(_ expected: String, _ found: String) -> APIError {
        .body("a body of multipart/form-data: expected \(expected), got \(found)")
    }

    // MARK: Rows

    /// The files, when all of the parts are images.
    static func images(_ parts: [Part]) -> [[UInt8]]? {
        guard !parts.isEmpty, parts.allSatisfy(\.isImage) else { return nil }
        return parts.map { Array($0.bytes) }
    }

    /// The one part that is no image, and what it is written in.
    /// - Throws: `APIError.body` when there is another number of parts, `.mediaType`.
    static func only(_ parts: [Part]) throws(APIError) -> (bytes: [UInt8], format: BodyFormat) {
        guard parts.count == 1 else {
            throw error("PNG or JPEG files, or one part of another format", "\(parts.count) parts")
        }
        let format = try parts[0].format
        if case .multipart = format { throw error("no parts inside of a part", "some") }
        return (Array(parts[0].bytes), format)
    }
}

extension MultipartBody.Part {
    /// Whether it says that it is an image, or is one: PNG and JPEG files begin with these bytes.
    fileprivate var isImage: Bool {
        mediaType.lowercased().hasPrefix("image/") || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
            || bytes.starts(with: [0xFF, 0xD8, 0xFF])
    }

    /// What it is written in. Clients call files octets whose kind they do not know: then its name or its beginning tells.
    fileprivate var format: BodyFormat {
        get throws(APIError) {
            let named = try BodyFormat(contentType: mediaType)
            guard mediaType.isEmpty || named == .floats else { return named }
            if let fileName, let format = BodyFormat(fileName: fileName) { return format }
            let known = unsafe bytes.withUnsafeBytes { unsafe BodyFormat.mediaType(ofFile: $0) }
            return try known.map { type throws(APIError) in try BodyFormat(contentType: type) } ?? named
        }
    }
}
