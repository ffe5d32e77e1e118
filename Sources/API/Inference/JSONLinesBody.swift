/// Rows that come as one JSON value a line, as a predict request, whose checks then hold for them too.
enum JSONLinesBody {
    /// `{"instances": […]}`; lines of blanks are no rows. What is no JSON is for the reader of the document to find: a
    /// value has no line break in it, so that each line is one element at least.
    static func json(_ body: UnsafeRawBufferPointer) -> [UInt8] {
        var json = Array("{\"instances\":[".utf8)
        json.reserveCapacity(body.count + 16)
        var isFirst = true
        for line in unsafe [UInt8](body).split(separator: UInt8(ascii: "\n")) {
            let isBlank = line.allSatisfy {
                [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0)
            }
            guard !isBlank else { continue }
            if !isFirst { json.append(UInt8(ascii: ",")) }
            isFirst = false
            json.append(contentsOf: line)
        }
        return json + Array("]}".utf8)
    }
}
