import Testing
import Training

struct SplitTests {
    @Test func namesAreThoseOfTheArrays() {
        #expect(Split.allCases.map(\.rawValue) == ["train", "validation", "test"])
    }
}
