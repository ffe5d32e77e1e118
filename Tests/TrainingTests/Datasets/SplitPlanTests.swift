import JSON
import TestSupport
import Testing

@testable import Training

struct SplitPlanTests {
    private let stored: TestStore

    init() throws { stored = try TestStore() }

    private func counts(_ csv: String, _ options: DataOptions) throws -> [Int] {
        let data = try TrainingData(dataset: stored.add(csv: csv), options: options)
        try stored.store.delete(named: "data")
        return Split.allCases.map { data.count($0) }
    }

    private func table(_ rows: Int, classes: Int) -> String {
        "x,y\n" + (0..<rows).map { "\($0),c\($0 % classes)" }.joined(separator: "\n")
    }

    @Test(
        arguments: [
            (100, nil, nil, [80, 10, 10]), (100, 0.25, nil, [65, 25, 10]), (100, 0, 0.5, [50, 0, 50]),
            (97, 0.2, 0.2, [58, 20, 19]), (100, 0, 0, [100, 0, 0]),
        ] as [(Int, Double?, Double?, [Int])])
    func holdsOutTheFractions(rows: Int, validation: Double?, test: Double?, expected: [Int]) throws {
        var options = DataOptions()
        (options.validation, options.test) = (validation, test)
        let counts = try counts(table(rows, classes: 5), options)
        #expect(counts.reduce(0, +) == rows)
        #expect(zip(counts, expected).allSatisfy { abs($0 - $1) <= 1 }, "\(counts)")
    }

    @Test func leavesARowOfEachClassToTrainOn() throws {
        var options = DataOptions()
        (options.validation, options.test) = (0.4, 0.4)
        let dataset = try stored.add(csv: table(8, classes: 8))
        let data = try TrainingData(dataset: dataset, options: options)
        #expect(data.classCounts == [Int](repeating: 1, count: 8))
    }

    @Test func takesTheLastRowsWhenTheyAreInOrder() throws {
        var options = DataOptions()
        (options.validation, options.test, options.isShuffled) = (0.2, 0.3, false)
        options.task = .regression
        let rows = (0..<10).map { "\($0),\(Float($0) + 0.5)" }
        let data = try TrainingData(
            dataset: stored.add(csv: "x,y\n" + rows.joined(separator: "\n")), options: options)
        #expect(try data.batch(.train).targets == [0.5, 1.5, 2.5, 3.5, 4.5])
        #expect(try data.batch(.validation).targets == [5.5, 6.5])
        #expect(try data.batch(.test).targets == [7.5, 8.5, 9.5])
    }

    @Test func takesEveryRowOnce() throws {
        let rows = (0..<50).map { "\($0),\(Float($0) + 0.5)" }
        let data = try TrainingData(
            dataset: stored.add(csv: "x,y\n" + rows.joined(separator: "\n")), options: DataOptions())
        let all = try Split.allCases.flatMap { try data.batch($0).targets }
        #expect(all.sorted() == (0..<50).map { Float($0) + 0.5 })
    }

    @Test func refusesFractionsOfRowsThatAreGiven() throws {
        let members = ["train", "test"].map { ("\($0).csv", Array(table(20, classes: 2).utf8)) }
        let dataset = try stored.add(ZipBuilding.archive(members))
        var options = DataOptions()
        options.test = 0.2
        let error = #expect(throws: DatasetError.self) { try TrainingData(dataset: dataset, options: options) }
        #expect(
            error.map { "\($0)" } == "splits.test: expected none, because the dataset has rows for it, got 0.2")
        (options.test, options.validation) = (0, 0.5)
        let data = try TrainingData(dataset: dataset, options: options)
        #expect(Split.allCases.map { data.count($0) } == [10, 10, 20])
    }

    @Test func refusesTooFewRowsForWhatIsNeeded() throws {
        var options = DataOptions()
        options.needsValidation = true
        let dataset = try stored.add(csv: "x,y\n1,a\n2,b\n")
        #expect(throws: DatasetError.self) { try TrainingData(dataset: dataset, options: options) }
        options.needsValidation = false
        #expect(try TrainingData(dataset: dataset, options: options).count(.train) == 2)
    }
}
