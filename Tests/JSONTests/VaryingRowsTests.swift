import JSON
import Testing

/// Rows that differ in the sizes that a model leaves free.
struct VaryingRowsTests {
    @Test(
        arguments: [
            ([nil, 1], "[[1,2],[3],[4,5,6]]", [[2, 1], [1, 1], [3, 1]]),
            ([nil, 1], "[[[1],[2]],[3],[[4],[5],[6]]]", [[2, 1], [1, 1], [3, 1]]),
            ([nil, 2], "[[[1,2]],[[3,4],[5,6]]]", [[1, 2], [2, 2]]),
            ([nil], "[[1,2],[3,4],[5],[6]]", [[2], [2], [1], [1]]),
            ([nil, nil], "[[[1,2,3]],[[4],[5],[6]]]", [[1, 3], [3, 1]]),
            ([2, nil], "[[[1],[2]],[[3,4],[5,6]]]", [[2, 1], [2, 2]]),
        ] as [([Int?], String, [[Int]])])
    func areReadWithTheirShapes(_ shape: [Int?], _ document: String, _ shapes: [[Int]]) throws {
        let tensor = try readRows(document, shape, rowsMayVary: true)
        #expect(tensor.rowShapes == shapes)
        #expect(tensor.rows == shapes.count)
        #expect(tensor.elements == (1...6).map(Float.init))
    }

    @Test(
        arguments: [
            ([nil, 1], "[[1,2],[3,4]]", [2, 1]), ([nil, 2], "[[[1,2]],[[3,4]]]", [1, 2]), ([2], "[[1,2],[3,4]]", [2]),
        ] as [([Int?], String, [Int])])
    func rowsOfOneShapeHaveNoShapesOfTheirOwn(_ shape: [Int?], _ document: String, _ resolved: [Int]) throws {
        #expect(
            try readRows(document, shape, rowsMayVary: true)
                == ReadTensor(rows: 2, shape: resolved, elements: [1, 2, 3, 4]))
    }

    @Test(
        arguments: [
            ([nil, 2], "[[[1,2]],[[1,2],[3]]]", "instances[1][1]: expected 2 numbers, got 1"),
            ([nil, nil], "[[[1,2]],[[1,2],[3]]]", "instances[1][1]: expected 2 numbers, got 1"),
            ([nil, nil], "[[[1,2]],[[1],[2,3]]]", "instances[1][1]: expected 1 number, got 2"),
            ([nil], "[[1],[]]", "instances[1]: expected a non-empty list, got an empty list"),
            ([nil, 1], "[[1,2],[1,\"a\"]]", "instances[1][1]: expected a number, got the string \"a\""),
            ([nil], "[[1,2],3]", "instances[1]: expected a list of numbers, got the number 3"),
            ([2], "[[1,2],[3]]", "instances[1]: expected 2 numbers, got 1"),
        ] as [([Int?], String, String)])
    func whatIsWrongInARowIsNamed(_ shape: [Int?], _ document: String, _ text: String) {
        #expect(tensorErrorText(document, shape, rowsMayVary: true) == text)
    }

    @Test func limitsHoldForAllRowsTogether() {
        let limits = TensorLimits(maximumRows: 2, maximumElements: 4)
        #expect(
            tensorErrorText("[[1,2],[3,4,5]]", [nil], limits: limits, rowsMayVary: true)
                == "instances: expected at most 4 numbers, got more")
        #expect(
            tensorErrorText("[[1],[2,3],[4]]", [nil], limits: limits, rowsMayVary: true)
                == "instances: expected at most 2 rows, got more")
    }
}
