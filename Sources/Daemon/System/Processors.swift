import CSystem
import Glibc

/// The processors this process may use.
///
/// In a container with a limit the machine has more than that: a thread for each of them would only take turns with the
/// others, and the kernel stops them all for the rest of a period once their quota is used.
struct Processors: CustomStringConvertible {
    /// Those the scheduler lets the process run on (sched_getaffinity(2)).
    let allowed: Int
    /// Processors' worth of time that its control group may use (`cpu.max`; `cpu.cfs_quota_us` of version 1); nil for no
    /// limit.
    let quota: Double?

    /// How many threads can compute at once: at least 1.
    var count: Int {
        guard let quota else { return allowed }
        return max(1, min(allowed, Int(quota.rounded(.up))))
    }

    var description: String { quota.map { "\(count) of \(allowed) by a quota of \($0)" } ?? "\(count)" }

    /// Those of this process.
    static var available: Processors {
        Processors(
            allowed: Int(csystem_allowed_processors()),
            quota: quota(groups: "/proc/self/cgroup", root: "/sys/fs/cgroup"))
    }

    /// The least quota of a process's control groups and those they are in.
    ///
    /// - Parameters:
    ///   - groups: Names the groups, a hierarchy a line (cgroups(7)).
    ///   - root: Where the hierarchies are. In a container the group of that name may be mounted as the root itself.
    /// - Returns: Processors' worth of time; nil for no limit.
    static func quota(groups: String, root: String) -> Double? {
        var least: Double?
        for line in text(groups).split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("cpu") else { continue }
            var path = fields[2]
            while true {
                let group = root + (isUnified ? "" : "/cpu") + path
                if let quota = isUnified ? unifiedQuota(group) : quotaOfVersion1(group) {
                    least = min(least ?? quota, quota)
                }
                guard let end = path.lastIndex(of: "/") else { break }
                path = path[..<end]
            }
        }
        return least
    }

    /// `max 100000` or `150000 100000`: microseconds of processor time, and of the period in which they may be used.
    private static func unifiedQuota(_ group: String) -> Double? {
        let words = text(group + "/cpu.max").split { $0 == " " || $0 == "\n" }
        guard words.count == 2 else { return nil }
        return ratio(String(words[0]), String(words[1]))
    }

    private static func quotaOfVersion1(_ group: String) -> Double? {
        ratio(text(group + "/cpu.cfs_quota_us"), text(group + "/cpu.cfs_period_us"))
    }

    private static func ratio(_ quota: String, _ period: String) -> Double? {
        guard let quota = Int(quota.prefix { $0 != "\n" }), let period = Int(period.prefix { $0 != "\n" }), quota > 0,
            period > 0
        else { return nil }
        return Double(quota) / Double(period)
    }

    /// A short file of the kernel's, which has no size; empty when there is none.
    private static func text(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 16 * 1024) { buffer, count in
            count = max(0, unsafe read(descriptor, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
