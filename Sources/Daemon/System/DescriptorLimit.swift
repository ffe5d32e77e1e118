import Glibc

/// How many files and sockets the process may have open (getrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
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
