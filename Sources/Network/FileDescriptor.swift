/// A descriptor that closes when it goes.
struct FileDescriptor: ~Copyable, Sendable {
    /// The number.
    let number: Int32

    /// - Parameter number: An open descriptor nobody else closes.
    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        SystemCall.close(number)
    }
}
