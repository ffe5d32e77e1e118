import Testing
import Training

struct FreezePatternsTests {
    @Test(arguments: [
        ("conv2d.weight", "conv2d.weight", true), ("conv2d.weight", "conv2d", true),
        ("conv2d_1.weight", "conv2d", false),
        ("conv2d_1.weight", "conv2d*", true), ("block/conv.weight", "block", true), ("a", "*", true), ("", "*", true),
        ("lstm.R", "*.R", true), ("lstm.Rb", "*.R", false), ("conv1.bn.scale", "conv*.scale", true),
        ("aba", "ab*ba", false), ("abba", "ab*ba", true), ("axbxc", "a*b*c", true), ("axcxb", "a*b*c", false),
        ("dense.bias", "dense.weight", false), ("aXbYbZ", "a*b*Z", true),
    ]) func starsStandForAnything(parameter: String, pattern: String, expected: Bool) {
        #expect(FreezePatterns([pattern]).freezes(parameter) == expected)
    }

    @Test func patternsThatFreezeNothingAreFound() {
        let patterns = FreezePatterns(["conv*", "desne"])
        #expect(patterns.unused(among: ["conv.weight", "dense.weight"]) == ["desne"])
        #expect(!FreezePatterns([]).freezes("a"))
    }
}
