import Testing
import Training

struct EvaluationSliceTests {
    @Test func everyValueHasASlice() {
        let slices = EvaluationSlice.slices(column: "region", values: ["north", "south", nil, "north", "3"])
        #expect(
            slices == [
                EvaluationSlice("region = 3", rows: [4]),
                EvaluationSlice("region = north", rows: [0, 3]), EvaluationSlice("region = south", rows: [1]),
                EvaluationSlice("region missing", rows: [2]),
            ])
        #expect(EvaluationSlice.slices(column: "region", values: []).isEmpty)
    }

    @Test func manyNumbersAreCutAtTheirQuartiles() {
        let values: [String?] = (0..<100).map { "\($0)" } + [nil]
        let slices = EvaluationSlice.slices(column: "age", values: values)
        #expect(
            slices.map(\.name) == [
                "age ≤ 24.0", "24.0 < age ≤ 49.0", "49.0 < age ≤ 74.0", "age > 74.0", "age missing",
            ])
        #expect(slices.map(\.rows.count) == [25, 25, 25, 25, 1])
        #expect(slices.flatMap(\.rows).sorted() == Array(0..<101))
    }

    @Test func ofManyWordsTheMostFrequentHaveSlices() {
        let values: [String?] = (0..<100).map { "w\($0 % 40)" }
        let slices = EvaluationSlice.slices(column: "word", values: values)
        #expect(slices.count == 20)
        #expect(slices.allSatisfy { $0.rows.count == 3 })
    }
}
