import Glibc

/// The names in a directory.
package enum DirectoryListing {
    /// Why a directory cannot be listed: an errno, such as ENOTDIR.
    package struct Failure: Error {
        package let code: Int32

        /// Whether there is a file in its place.
        var isNoDirectory: Bool { code == ENOTDIR }

        /// The system's words for it.
        package var reason: String { unsafe String(cString: strerror(code)) }
    }

    /// The names of a directory's entries, sorted, without hidden ones.
    package static func names(_ path: String) throws(Failure) -> [String] {
        guard let directory = unsafe opendir(path) else { throw Failure(code: errno) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
