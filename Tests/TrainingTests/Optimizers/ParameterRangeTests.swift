import Testing
import Training

struct ParameterRangeTests {
    @Test func neighboursOfOneKindBecomeOneRange() {
        let ranges = [
            ParameterRange(0..<16), ParameterRange(16..<48), ParameterRange(48..<64, isDecayed: false),
            ParameterRange(64..<64), ParameterRange(80..<96, isDecayed: false),
        ]
        #expect(
            ParameterRange.merged(ranges) == [
                ParameterRange(0..<48), ParameterRange(48..<64, isDecayed: false),
                ParameterRange(80..<96, isDecayed: false),
            ])
        #expect(ParameterRange.merged([]).isEmpty)
    }

    @Test(arguments: 1...7) func partsCoverEveryParameterOnceAndAreBalanced(parts: Int) {
        let ranges = [
            ParameterRange(0..<1_000), ParameterRange(1_008..<1_010, isDecayed: false), ParameterRange(1_024..<5_000),
        ]
        let split = ParameterRange.split(ranges, parts: parts)
        #expect(split.count == parts)
        var owners = [Int](repeating: 0, count: 5_000)
        for range in split.flatMap({ $0 }) { for index in range.range { owners[index] += 1 } }
        #expect(owners == (0..<5_000).map { index in ranges.contains { $0.range.contains(index) } ? 1 : 0 })
        let sizes = split.map { $0.reduce(0) { $0 + $1.range.count } }
        #expect((sizes.max() ?? 0) <= 4_978 / parts + 32)
        #expect(ParameterRange.merged(split.flatMap { $0 }) == ParameterRange.merged(ranges))
    }

    @Test func fewParametersLeaveThreadsWithoutWork() {
        #expect(ParameterRange.split([ParameterRange(0..<10)], parts: 3) == [[ParameterRange(0..<10)], [], []])
        #expect(ParameterRange.split([], parts: 2) == [[], []])
    }
}
