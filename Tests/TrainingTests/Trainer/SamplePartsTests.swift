import Graphs
import JSON
import Testing

@testable import Training

struct SamplePartsTests {
    private static let image: [Dimension] = [.symbol("height"), .symbol("width"), 1]
    private static let pair: [[Dimension]] = [[.symbol("a"), 4], [.symbol("b"), 3]]

    @Test func everyFreeSizeOfAnImageIsItsOwn() throws {
        let parts = SampleParts(shapes: [Self.image])
        #expect(parts.sampleShape == [nil, nil, 1])
        #expect(try parts.sizes(of: [8, 6, 1], stated: [:]) == ["height": 8, "width": 6])
        #expect(
            throws: FieldError(
                path: "dataset", expected: "samples [any, any, 1], as the model takes", found: "samples [8, 6, 2]")
        ) {
            try parts.sizes(of: [8, 6, 2], stated: [:])
        }
    }

    @Test func aSizeThatComesTwiceIsTheSame() throws {
        let parts = SampleParts(shapes: [[.symbol("side"), .symbol("side")]])
        #expect(try parts.sizes(of: [5, 5], stated: [:]) == ["side": 5])
        #expect(throws: FieldError.self) { try parts.sizes(of: [5, 6], stated: [:]) }
    }

    @Test func sizesOfSeveralInputsAreTheSameUnlessStated() throws {
        let parts = SampleParts(shapes: Self.pair)
        #expect(parts.isJoined && parts.sampleShape == [nil])
        #expect(try parts.sizes(of: [14], stated: [:]) == ["a": 2, "b": 2])
        #expect(try parts.sizes(of: [14], stated: ["b": 2]) == ["a": 2, "b": 2])
        #expect(try parts.sizes(of: [11], stated: ["a": 2]) == ["a": 2, "b": 1])
        #expect {
            try parts.sizes(of: [11], stated: [:])
        } throws: {
            "\($0)".contains("samples of [a, 4] and [b, 3] one after another")
        }
    }

    @Test func fixedSizesTakeAsManyNumbers() throws {
        #expect(try SampleParts(shapes: [[9, 9, 1], []]).sizes(of: [81], stated: [:]) == [:])
        #expect(SampleParts(shapes: [[9, 9, 1], []]).takesLengths)
        #expect(throws: FieldError.self) { try SampleParts(shapes: [[9]]).sizes(of: [9], stated: ["time": 9]) }
    }
}
