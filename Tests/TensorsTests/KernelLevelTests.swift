import Tensors
import Testing

struct KernelLevelTests {
    @Test func baselineIsAlwaysThere() {
        #expect(KernelLevel.available.first == .baseline)
        #expect(KernelLevel.best() == KernelLevel.available.last)
        #expect(Kernels.best().level == KernelLevel.best())
        #expect(Kernels.available.map(\.level) == KernelLevel.available)
    }

    @Test(arguments: KernelLevel.available) func findsLevelsByName(level: KernelLevel) throws {
        #expect(try KernelLevel.named(level.name) == level)
        #expect(try KernelLevel.named(level.name.uppercased()) == level)
    }

    @Test(arguments: ["", "v5", "avx2", "v4 ", "native"]) func refusesUnknownNames(name: String) {
        let expected = KernelError.unknownLevel(name: name, available: KernelLevel.available)
        #expect(throws: expected) { try KernelLevel.named(name) }
        #expect(expected.description.contains("expected baseline, neon, v3, v4"))
    }

    @Test func refusesLevelsOfOtherMachines() {
        for level in KernelLevel.allCases where !level.isAvailable {
            let expected = KernelError.unavailableLevel(level, available: KernelLevel.available)
            #expect(throws: expected) { try KernelLevel.named(level.name) }
            #expect(throws: expected) { try Kernels(level: level) }
            #expect(expected.description.contains("which has baseline"))
        }
    }

    @Test(arguments: Kernels.available) func knowsItsLanes(kernels: Kernels) {
        #expect(kernels.lanes == [.baseline: 4, .neon: 4, .v3: 8, .v4: 16][kernels.level])
    }
}
