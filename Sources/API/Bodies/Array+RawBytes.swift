extension [UInt8] {
    /// Calls `body` with the bytes in memory, which are valid during the call only.
    func withRawBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(APIError) -> Value
    ) throws(APIError) -> Value {
        try unsafe withUnsafeBufferPointer { buffer throws(APIError) in
            unsafe try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
