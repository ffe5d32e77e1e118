/// Keeps a file mapped for as long as somebody holds it.
package protocol MappedBytes: AnyObject, Sendable {
    /// Lets the system have the memory of bytes that nobody reads soon; what is read again comes from the file again.
    /// - Parameters:
    ///   - start: The first byte; bytes outside of the file are left alone.
    ///   - byteCount: How many.
    func discard(_ start: UnsafeRawPointer, byteCount: Int)
}
