import Testing
import Training

struct SparklineTests {
    @Test(
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇██"), ([1, 0], "█▁"), ([5, 5, 5], "▄▄▄"), ([], ""), ([.nan], " "),
            ([0, .nan, 1, .infinity], "▁ █ "), ([-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], "▁▅█"),
        ] as [([Double], String)]) func valuesBecomeLevels(values: [Double], expected: String)
    {
        #expect(Sparkline.text(values) == expected)
    }

    @Test func manyValuesAreAveraged() {
        let values = (0..<1_000).map(Double.init)
        #expect(Sparkline.text(values, width: 8) == "▁▂▃▄▅▆▇█")
        #expect(Sparkline.text(values, width: 1) == "▄")
        #expect(Sparkline.text([1, .nan, .nan, .nan, 3, 3], width: 3) == "▁ █")
    }
}
