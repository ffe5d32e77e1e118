import Testing

@testable import Graphs

struct ReshapeGroupTests {
    private static let batch = Dimension.symbol("batch")

    @Test(
        arguments: [
            ([batch, 64, 5, 5], [batch, 1600], [([0], [0]), ([1, 2, 3], [1])]),
            ([batch, 1, 28, 28], [batch, 28, 28], [([0], [0]), ([2], [1]), ([3], [2])]),
            ([28, 1, batch, 50], [28, batch, 50], [([0], [0]), ([2], [1]), ([3], [2])]),
            ([batch, 12], [1, batch, 3, 1, 4], [([0], [0, 1]), ([1], [2, 3, 4])]),
            ([6, 4], [4, 6], [([0, 1], [0, 1])]),
        ] as [([Dimension], [Dimension], [([Int], [Int])])])
    func findsTheFinestGroups(from: [Dimension], to: [Dimension], expected: [([Int], [Int])]) {
        let groups = ReshapeGroup.groups(from: from, to: to)
        #expect(groups == expected.map { ReshapeGroup(inputAxes: $0.0, outputAxes: $0.1) })
    }

    @Test func refusesWhatDoesNotMatch() {
        #expect(ReshapeGroup.groups(from: [Self.batch, 4], to: [.symbol("time"), 4]) == nil)
        #expect(ReshapeGroup.groups(from: [1, 1], to: [1]) == nil)
    }
}
