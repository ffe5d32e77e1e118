/// Decides when a change of a directory is over: when two looks a while apart saw the same, and nobody is known to be
/// writing. Knows no file system and no clock.
struct ChangeTracker {
    /// What was there when the repository last looked.
    private var followed: [String: DirectoryFingerprint]
    /// What differs from that, and since when it has been as it is. nil for something that is gone.
    private var changing: [String: (files: DirectoryFingerprint?, since: UInt64)] = [:]
    /// How long a change must have been over. Nanoseconds.
    private let settleNanoseconds: UInt64

    /// - Parameters:
    ///   - followed: What the repository knows already.
    ///   - settleNanoseconds: How long a change must have been over.
    init(followed: [String: DirectoryFingerprint], settleNanoseconds: UInt64) {
        self.followed = followed
        self.settleNanoseconds = settleNanoseconds
    }

    /// The names of all that was there or is changing.
    var names: Set<String> { Set(followed.keys).union(changing.keys) }

    /// The names of what is changing.
    var changingNames: Set<String> { Set(changing.keys) }

    /// Takes note of what is there now.
    /// - Parameters:
    ///   - name: What was looked at.
    ///   - files: What is there; nil for nothing.
    ///   - isBeingWritten: Whether somebody has a file of it open for writing.
    ///   - now: Nanoseconds.
    /// - Returns: Whether the repository should look now.
    mutating func look(
        _ name: String, _ files: DirectoryFingerprint?, isBeingWritten: Bool = false, at now: UInt64
    ) -> Bool {
        guard followed[name] != files else {
            changing[name] = nil
            return false
        }
        guard let change = changing[name], change.files == files, !isBeingWritten else {
            changing[name] = (files, now)
            return false
        }
        guard now &- change.since >= settleNanoseconds else { return false }
        changing[name] = nil
        followed[name] = files
        return true
    }
}
