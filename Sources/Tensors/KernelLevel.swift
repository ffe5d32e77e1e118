import CKernels

/// An instruction set that the kernels were compiled for, in rising order of preference on one architecture.
package enum KernelLevel: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    /// SSE2 on x86-64, plain vectors elsewhere; runs on every machine.
    case baseline
    /// arm64.
    case neon
    /// x86-64-v3: AVX2 and FMA.
    case v3
    /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL.
    case v4

    /// The name as users write it, e.g. "v4".
    package var name: String { rawValue }

    package var description: String { rawValue }

    /// Whether this machine, and its operating system, can run the level.
    package var isAvailable: Bool { unsafe apus_kernels_for_level(identifier) != nil }

    /// The levels this machine can run, the slowest first; never empty.
    package static var available: [KernelLevel] { allCases.filter(\.isAvailable) }

    /// The fastest level this machine can run.
    package static func best() -> KernelLevel { available.last ?? .baseline }

    /// The level that a user names.
    ///
    /// - Parameter name: "v4", "v3", "neon" or "baseline", in any case of letters.
    /// - Returns: a level that this machine can run.
    /// - Throws: `KernelError.unknownLevel` for any other name, `.unavailableLevel` when this machine cannot run it.
    package static func named(_ name: String) throws(KernelError) -> KernelLevel {
        guard let level = KernelLevel(rawValue: name.lowercased()) else {
            throw .unknownLevel(name: name, available: available)
        }
        guard level.isAvailable else { throw .unavailableLevel(level, available: available) }
        return level
    }

    /// The level as the C kernels number it.
    var identifier: apus_level {
        switch self {
        case .baseline: APUS_LEVEL_BASELINE
        case .neon: APUS_LEVEL_NEON
        case .v3: APUS_LEVEL_V3
        case .v4: APUS_LEVEL_V4
        }
    }
}
