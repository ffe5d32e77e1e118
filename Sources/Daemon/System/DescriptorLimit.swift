import Glibc

/// How many files and sockets the process may have open (getrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
    /// What the process keeps for itself: models that are loaded, connections that are refused, jobs and their files.
    private static let own = 192

    /// Connections that there may be, so that files can still be opened while all of them are.
    /// - Parameter limit: Files and sockets that may be open.
    /// - Returns: At least 1.
    static func connections(of limit: Int) -> Int { max(1, limit - min(own, limit / 2)) }

    /// Raises the limit as far as it may be: the usual 1,024 is for programs that use select(2).
    /// - Returns: The limit now.
    static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            let before = limit.rlim_cur
            limit.rlim_cur = limit.rlim_max
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
