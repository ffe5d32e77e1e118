// `environ` is a global variable of the C library, which Swift calls unsafe to share.
@unsafe @preconcurrency import Glibc

/// The environment of the process, and what in it is not meant for Apus.
package enum EnvironmentVariables {
    /// All variables by name. Nothing in this program changes the environment, so it may be read at any time.
    package static func ofProcess() -> [String: String] {
        var variables: [String: String] = [:]
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            let name = text.prefix { $0 != "=" }
            // Of a name that occurs twice the first counts, as in getenv(3).
            if variables[String(name)] == nil { variables[String(name)] = String(text.dropFirst(name.count + 1)) }
            unsafe next += 1
        }
        return variables
    }

    /// Whether a variable comes from a Kubernetes Service whose name starts with "apus": each pod of the namespace
    /// gets APUS_SERVICE_HOST, APUS_PORT=tcp://10.0.0.1:8080, APUS_PORT_8080_TCP_ADDR and more
    /// (Kubernetes, "Service environment variables").
    static func isServiceLink(_ name: String, _ text: String) -> Bool {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false).dropFirst()
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
            return true
        }
        if name.hasSuffix("_PORT"), protocols.contains(where: { text.hasPrefix("\($0.lowercased())://") }) {
            return true
        }
        // …_PORT_<number>_<protocol> and the same with _ADDR, _PORT or _PROTO after it.
        guard let start = zip(parts, parts.dropFirst()).firstOffset(where: { $0 == "PORT" && Int($1) != nil }) else {
            return false
        }
        let rest = parts.dropFirst(start + 2)
        return rest.first.map { protocols.contains(String($0)) } ?? false
    }

    private static let protocols = ["TCP", "UDP", "SCTP"]
}

extension Sequence {
    /// How many elements stand before the first that satisfies `predicate`; nil when none does.
    fileprivate func firstOffset(where predicate: (Element) -> Bool) -> Int? {
        for (offset, element) in enumerated() where predicate(element) { return offset }
        return nil
    }
}
