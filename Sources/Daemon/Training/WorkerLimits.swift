import CSystem
import Glibc

/// What a worker does to itself before it works, so that serving does not suffer from it.
package struct WorkerLimits: Sendable {
    /// How it shares the processors.
    package var priority = TrainingPriority.idle
    /// Megabytes (10⁶ bytes) of its own; 0 for three quarters of what there is.
    package var memoryMegabytes = 0
    /// The daemon; nil for a worker that has none.
    package var parent: Int32?

    package init() {}

    /// Takes effect for the whole process.
    ///
    /// - Throws: `DaemonError.worker` when the daemon has gone already.
    package func apply() throws(DaemonError) {
        if let parent {
            _ = csystem_die_with_parent()
            // It may have ended before the line above.
            guard getppid() == parent else { throw .worker("the daemon that started this worker has ended") }
        }
        applyPriority()
        applyMemory()
    }

    private func applyPriority() {
        switch priority {
        case .normal: break
        case .low: setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        case .idle:
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            _ = csystem_idle_processor()
            _ = csystem_idle_io()
        }
    }

    /// RLIMIT_DATA counts what a process allocates (setrlimit(2)); RLIMIT_AS would count the datasets it maps as well.
    private func applyMemory() {
        let bytes = memoryMegabytes > 0 ? memoryMegabytes * 1_000_000 : Self.availableMemory() / 4 * 3
        guard bytes > 0 else { return }
        var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
        // Memory that could not be had must not become a core file of that size.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// What the machine has, or the container if that is less. Bytes.
    private static func availableMemory() -> Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let text = (try? Files.text(of: "/sys/fs/cgroup/memory.max", limit: 64)) ?? ""
        let digits = text.prefix { $0.isNumber }
        return min(machine, Int(digits) ?? machine)
    }
}
