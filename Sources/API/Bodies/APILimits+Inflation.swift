extension APILimits {
    /// A whole body decompressed, within the limits of its size and ratio.
    /// - Parameters:
    ///   - body: As it came.
    ///   - coding: What its `Content-Encoding` says.
    /// - Returns: What it stands for.
    /// - Throws: `APIError.inflation` when it is damaged or too large.
    func inflated(_ body: [UInt8], _ coding: ContentCoding) throws(APIError) -> [UInt8] {
        let limit = Inflation.limit(compressed: body.count, maximum: maximumInflatedBytes)
        return try unsafe body.withRawBytes { bytes throws(APIError) in
            do throws(Inflation.Failure) {
                return unsafe try Inflation.inflate(bytes, coding, limit: limit)
            } catch {
                throw .inflation(error, coding)
            }
        }
    }
}
