import JSON
import Tensors
import Testing
import Training

struct InitializerTests {
    static func elements(
        _ initializer: Initializer, shape: Shape, fanIn: Int = 1, fanOut: Int = 1, seed: UInt64 = 1
    ) -> [Double] {
        var elements = [Float](repeating: .nan, count: shape.elementCount)
        var random = RandomSource(seed: seed)
        initializer.fill(&elements, shape: shape, fanIn: fanIn, fanOut: fanOut, using: &random)
        return elements.map(Double.init)
    }

    /// What a distribution shows of itself in many numbers.
    struct Moments {
        let mean: Double
        let deviation: Double
        let largest: Double

        init(_ x: [Double]) {
            let count = Double(x.count)
            let mean = x.reduce(0, +) / count
            self.mean = mean
            deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
            largest = x.map(abs).max() ?? 0
        }
    }

    /// Names with the variance of their elements for fans of 30 and 60, and how many deviations the farthest is away.
    static let bounded: [(name: String, variance: Double, reach: Double)] = [
        ("glorot_uniform", 2.0 / 90, uniformReach), ("xavier_uniform", 2.0 / 90, uniformReach),
        ("he_uniform", 2.0 / 30, uniformReach), ("kaiming_uniform", 2.0 / 30, uniformReach),
        ("lecun_uniform", 1.0 / 30, uniformReach), ("pytorch_uniform", 1.0 / 90, uniformReach),
        ("random_uniform", 0.0025 / 3, uniformReach), ("glorot_normal", 2.0 / 90, cutReach),
        ("he_normal", 2.0 / 30, cutReach), ("lecun_normal", 1.0 / 30, cutReach),
        ("truncated_normal", 0.0025 * 0.773741, cutReach), ("trunc_normal", 0.773741, cutReach),
    ]
    static let uniformReach = 3.0.squareRoot()
    /// Two deviations before the cut, of which the cut leaves 0.88.
    static let cutReach = 2 / 0.879_625_661

    @Test(arguments: bounded) func boundedDistributionsHaveTheirDeviation(
        reference: (name: String, variance: Double, reach: Double)
    ) throws {
        let initializer = try #require(Initializer(named: reference.name))
        let moments = Moments(Self.elements(initializer, shape: [100, 1_000], fanIn: 30, fanOut: 60))
        let deviation = reference.variance.squareRoot()
        #expect(abs(moments.mean) < 0.02 * deviation)
        #expect(abs(moments.deviation / deviation - 1) < 0.02)
        let reach = moments.largest / (reference.reach * deviation)
        #expect(reach > 0.98 && reach < 1 + 1e-6)
    }

    static let unbounded: [(name: String, variance: Double)] = [
        ("kaiming_normal", 2.0 / 30), ("xavier_normal", 2.0 / 90), ("random_normal", 0.0025), ("normal", 1),
    ]

    @Test(arguments: unbounded) func normalDistributionsHaveTheirDeviationAndTails(
        reference: (name: String, variance: Double)
    ) throws {
        let initializer = try #require(Initializer(named: reference.name))
        let elements = Self.elements(initializer, shape: [100_000], fanIn: 30, fanOut: 60)
        let moments = Moments(elements)
        let deviation = reference.variance.squareRoot()
        #expect(abs(moments.mean) < 0.02 * deviation)
        #expect(abs(moments.deviation / deviation - 1) < 0.02)
        let within = Double(elements.count { abs($0) < deviation }) / 100_000
        #expect(abs(within - 0.6827) < 0.01)
        #expect(moments.largest > 3.5 * deviation && moments.largest < 6 * deviation)
    }

    @Test func constants() throws {
        #expect(Self.elements(.constant(0.5), shape: [3]) == [0.5, 0.5, 0.5])
        #expect(Self.elements(try #require(Initializer(named: "zeros")), shape: [2]) == [0, 0])
        #expect(Self.elements(try #require(Initializer(named: "ones")), shape: [2]) == [1, 1])
        #expect(Self.elements(.identity(gain: 2), shape: [2, 3]) == [2, 0, 0, 0, 2, 0])
        let unit = Self.elements(try #require(Initializer(named: "uniform")), shape: [10_000])
        #expect(unit.allSatisfy { $0 >= 0 && $0 <= 1 } && abs(Moments(unit).mean - 0.5) < 0.02)
    }

    @Test(arguments: [[4, 9], [9, 4], [6, 6], [1, 5, 20], [8, 2, 3, 3], [7]] as [Shape])
    func orthogonalRowsOrColumnsAreOrthonormal(shape: Shape) {
        let dimensions = shape.dimensions.drop { $0 == 1 }
        let rows = dimensions[dimensions.startIndex]
        let columns = shape.elementCount / rows
        let x = Self.elements(.orthogonal(gain: 2), shape: shape)
        let vectors =
            rows <= columns
            ? (0..<rows).map { row in (0..<columns).map { x[row * columns + $0] } }
            : (0..<columns).map { column in (0..<rows).map { x[$0 * columns + column] } }
        for (i, a) in vectors.enumerated() {
            for (j, b) in vectors.enumerated() {
                let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(product - (i == j ? 4 : 0)) < 1e-6)
            }
        }
    }

    @Test func seedsDecide() {
        let shape: Shape = [5, 5]
        for name in Initializer.names {
            guard let initializer = Initializer(named: name) else { continue }
            let first = Self.elements(initializer, shape: shape, seed: 1)
            #expect(first == Self.elements(initializer, shape: shape, seed: 1))
            if ["zeros", "ones", "identity"].contains(name) { continue }
            #expect(first != Self.elements(initializer, shape: shape, seed: 2))
        }
    }

    @Test(arguments: [
        (#""he_normal""#, Initializer.varianceScaling(scale: 2, fan: .fanIn, distribution: .truncatedNormal)),
        (#"{"name": "constant", "value": 3}"#, .constant(3)),
        (#"{"name": "random_normal", "stddev": 0.2}"#, .normal(mean: 0, deviation: 0.2)),
        (#"{"name": "random_uniform", "minval": 0, "maxval": 2}"#, .uniform(low: 0, high: 2)),
        (#"{"name": "orthogonal", "gain": 1.5}"#, .orthogonal(gain: 1.5)),
        (
            #"{"name": "variance_scaling", "scale": 0.5, "mode": "fan_avg", "distribution": "uniform"}"#,
            .varianceScaling(scale: 0.5, fan: .fanAverage, distribution: .uniform)
        ),
    ]) func objectsAreRead(text: String, expected: Initializer) throws {
        #expect(try Initializer(json: JSONValue(parsing: text)) == expected)
    }

    @Test(arguments: [
        (#""gaussian""#, "initializer"), (#"{"name": "zeros", "gain": 1}"#, "initializer.gain"),
        (#"{"name": "random_uniform", "minval": 1}"#, "initializer.maxval"), ("{}", "initializer.name"),
    ]) func refusalsNameTheField(text: String, path: String) {
        let error = #expect(throws: FieldError.self) { try Initializer(json: JSONValue(parsing: text)) }
        #expect(error?.path == path)
    }
}
