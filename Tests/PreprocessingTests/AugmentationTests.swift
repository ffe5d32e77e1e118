import JSON
import Preprocessing
import Tensors
import Testing

struct AugmentationTests {
    private func augmented(_ json: JSONValue, _ sample: [Float], _ shape: [Int], seed: UInt64) throws -> [Float] {
        let augmentation = try Augmentation(json: json)
        try augmentation.check(shape: shape)
        var random = RandomSource(seed: seed)
        var sample = sample
        sample.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { augmentation.apply(to: base, shape: shape, using: &random) }
        }
        return sample
    }

    private let image: [Float] = [1, 2, 3, 4, 5, 6]

    @Test func mirrorsHalfOfTheTime() throws {
        var seen: [[Float]: Int] = [:]
        for seed in 0..<200 {
            seen[try augmented(["flip": "both"], image, [2, 3, 1], seed: UInt64(seed)), default: 0] += 1
        }
        #expect(
            Set(seen.keys) == [image, [3, 2, 1, 6, 5, 4], [4, 5, 6, 1, 2, 3], [6, 5, 4, 3, 2, 1]])
        #expect(seen.values.allSatisfy { $0 > 25 })
        for seed in 0..<20 {
            let one = try augmented(["flip": "horizontal"], image, [2, 3, 1], seed: UInt64(seed))
            #expect(one == image || one == [3, 2, 1, 6, 5, 4])
        }
    }

    @Test func movesByAFractionAtMost() throws {
        var ramp = [Float](repeating: 0, count: 100)
        for index in ramp.indices { ramp[index] = Float(index % 10) }
        var offsets: Set<Float> = []
        for seed in 0..<50 {
            let moved = try augmented(["shift": 0.2], ramp, [10, 10, 1], seed: UInt64(seed))
            let offset = moved[55] - ramp[55]
            #expect(abs(offset) <= 2.0001)
            #expect((3...6).allSatisfy { abs(moved[50 + $0] - ramp[50 + $0] - offset) < 1e-4 })
            #expect(moved.allSatisfy { $0 >= 0 && $0 <= 9 })
            offsets.insert(offset)
        }
        #expect(offsets.count > 40)
    }

    @Test func turnsAroundTheCentre() throws {
        // A quarter turn at most: the centre stays, the corners of a symmetric image do.
        let cross: [Float] = [0, 1, 0, 1, 2, 1, 0, 1, 0]
        for seed in 0..<20 {
            let turned = try augmented(["rotate": 90], cross, [3, 3, 1], seed: UInt64(seed))
            #expect(abs(turned[4] - 2) < 1e-5)
            #expect(abs(turned[0] - turned[8]) < 1e-4 && abs(turned[1] - turned[7]) < 1e-4)
        }
        #expect(try augmented(["rotate": 0], cross, [3, 3, 1], seed: 1) == cross)
    }

    @Test func cutsOneRectangleOut() throws {
        let ones = [Float](repeating: 1, count: 8 * 8 * 3)
        for seed in 0..<50 {
            let cut = try augmented(["cutout": 0.5], ones, [8, 8, 3], seed: UInt64(seed))
            let zeros = cut.count { $0 == 0 }
            #expect(zeros % 3 == 0 && zeros > 0 && zeros <= 4 * 4 * 3)
        }
    }

    @Test func addsNoiseOfTheDeviation() throws {
        let noisy = try augmented(["noise": 0.5], [Float](repeating: 3, count: 20_000), [20_000], seed: 5)
        let mean = noisy.reduce(0, +) / 20_000
        let deviation = (noisy.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000).squareRoot()
        #expect(abs(mean - 3) < 0.02 && abs(deviation - 0.5) < 0.02)
    }

    @Test func dependsOnTheSeedOnly() throws {
        let json: JSONValue = ["flip": "both", "rotate": 20, "shift": 0.3, "cutout": 0.3, "noise": 0.1]
        let sample = (0..<48).map { Float($0) }
        let first = try augmented(json, sample, [4, 4, 3], seed: 9)
        #expect(try augmented(json, sample, [4, 4, 3], seed: 9) == first)
        #expect(try augmented(json, sample, [4, 4, 3], seed: 10) != first)
        #expect(try Augmentation(json: Augmentation(json: json).json) == Augmentation(json: json))
    }

    @Test func refusesWhatItCannotDo() throws {
        #expect(throws: FieldError.self) { try Augmentation(json: ["shift": 0.1]).check(shape: [28, 28]) }
        try Augmentation(json: ["noise": 0.1]).check(shape: [28, 2])
        #expect(throws: FieldError(path: "rotate", expected: "a number in 0.0...180.0", found: "200")) {
            try Augmentation(json: ["rotate": 200])
        }
        #expect(throws: FieldError.self) { try Augmentation(json: ["zoom": 2]) }
    }
}
