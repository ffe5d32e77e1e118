/// Why a set of kernels cannot be had.
package enum KernelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No instruction set level has this name.
    case unknownLevel(name: String, available: [KernelLevel])
    /// The level exists, but this machine cannot run it.
    case unavailableLevel(KernelLevel, available: [KernelLevel])

    package var description: String {
        switch self {
        case .unknownLevel(let name, let available):
            "instruction set level \"\(name)\" is unknown: expected \(Self.list(KernelLevel.allCases)); "
                + "this machine has \(Self.list(available))"
        case .unavailableLevel(let level, let available):
            "instruction set level \"\(level)\" cannot run on this machine, which has \(Self.list(available))"
        }
    }

    private static func list(_ levels: [KernelLevel]) -> String {
        levels.map(\.name).joined(separator: ", ")
    }
}
