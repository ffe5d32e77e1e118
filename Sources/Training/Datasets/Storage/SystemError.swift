import Glibc

/// The system's words.
enum SystemError {
    /// What an errno means.
    static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
