import Graphs
import Testing

struct DimensionTests {
    private let batch = Dimension.symbol("batch")
    private let time = Dimension.symbol("time")

    @Test func foldsConstants() {
        #expect(Dimension.fixed(3) * 4 + 2 == 14)
        #expect(Dimension.fixed(28) / 3 == 9)
        #expect(batch * 0 == 0)
        #expect(batch * 1 == batch)
        #expect(batch + 0 == batch)
        #expect(batch - batch == 0)
    }

    @Test func productsHaveOneNormalForm() {
        #expect(batch * 5 * time == time * 5 * batch)
        #expect((batch * 1600) / 1600 == batch)
        #expect(batch * time * 64 / (time * 8) == batch * 8)
    }

    @Test func divisionIsExactOnlyWhenCertain() {
        #expect((batch * 1600).dividedExactly(by: 1600) == batch)
        #expect((batch * 1600).dividedExactly(by: 7) == nil)
        #expect(batch.dividedExactly(by: 2) == nil)
        #expect(Dimension.fixed(12).dividedExactly(by: batch) == nil)
    }

    @Test func evaluatesUnderBindings() {
        let size = (batch * 2 + time - 3) / 2 + 1
        #expect(size.value(["batch": 4, "time": 6]) == 6)
        #expect(size.value(["batch": 4]) == nil)
        #expect(size.substituting(["batch": 4, "time": 6]) == 6)
        #expect(size.symbols == ["batch", "time"])
    }

    @Test func refusesOverflowAndDivisionByZero() {
        #expect((batch * time).value(["batch": .max, "time": 2]) == nil)
        #expect((batch / time).value(["batch": 1, "time": 0]) == nil)
    }
}
