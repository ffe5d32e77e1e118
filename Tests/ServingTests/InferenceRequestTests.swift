import Graphs
@testable import Serving
import Tensors
import Testing

struct InferenceRequestTests {
    private let plain = ModelVersion(FakeModel())
    private let sequence = ModelVersion(FakeModel(isSequence: true))

    @Test func refusesNoRows() {
        #expect(throws: ServingError.noRows) { try plain.request(0, rows: 0) }
    }

    @Test func refusesAnotherNumberOfInputs() {
        #expect(throws: ServingError.inputCount(expected: 1, found: 0)) {
            try InferenceRequest(version: plain, rows: 1, inputs: [])
        }
    }

    @Test func refusesShortStorage() {
        #expect(throws: ServingError.inputStorage(input: "x", expectedFloats: 8, foundFloats: 7)) {
            try InferenceRequest(version: plain, rows: 2, inputs: [storage([0, 0, 0, 0, 0, 0, 0])])
        }
    }

    @Test func refusesMoreThanMemoryShouldHold() {
        // Each row has four numbers in and three out.
        let limit = 1 << 25
        #expect(throws: ServingError.tooLarge(floats: (limit / 7 + 1) * 7, limit: limit)) {
            try InferenceRequest(version: plain, rows: limit / 7 + 1, inputs: [storage([0, 0, 0, 0])])
        }
        #expect(throws: ServingError.tooLarge(floats: .max, limit: limit)) {
            try InferenceRequest(version: plain, rows: Int.max / 2, inputs: [storage([0, 0, 0, 0])])
        }
    }

    @Test func refusesWrongBindings() {
        #expect(throws: ServingError.unboundSize("time")) {
            try InferenceRequest(version: sequence, rows: 1, inputs: [storage([0, 0])])
        }
        #expect(throws: ServingError.unboundSize("time")) {
            try InferenceRequest(version: sequence, rows: 1, inputs: [storage([0, 0])], bindings: ["time": 0])
        }
        #expect(throws: ServingError.unknownSize("length", known: ["time"])) {
            try InferenceRequest(
                version: sequence, rows: 1, inputs: [storage([0, 0])], bindings: ["time": 1, "length": 1])
        }
    }

    @Test(arguments: [(3, Float(5)), (6, 1e9), (0, -.infinity), (7, .nan), (2, -6)])
    func refusesNumbersThatPickNoRow(place: Int, number: Float) throws {
        var model = FakeModel()
        model.tableRows = [5]
        let version = ModelVersion(model)
        var numbers: [Float] = [0, 1, 2, 3, 4, -1, -5, 0.5]
        _ = try InferenceRequest(version: version, rows: 2, inputs: [storage(numbers)])
        numbers[place] = number
        let error = #expect(throws: ServingError.self) {
            try InferenceRequest(version: version, rows: 2, inputs: [storage(numbers)])
        }
        #expect(
            error?.description == "input \"x\": expected numbers of 0 to 4, for the model's table has 5 rows, got "
                + "\(number) as element \(place % 4) of row \(place / 4)")
    }

    @Test func shapesBindTheFreeSizes() throws {
        #expect(try sequence.freeSizes.bindings(sampleShapes: [[9, 2]]) == ["time": 9])
        #expect(try plain.freeSizes.bindings(sampleShapes: [[4]]).isEmpty)
        #expect(throws: ServingError.inputShape(input: "x", expected: "[time, 2]", found: [9, 3])) {
            try sequence.freeSizes.bindings(sampleShapes: [[9, 3]])
        }
        #expect(throws: ServingError.inputShape(input: "x", expected: "[4]", found: [4, 1])) {
            try plain.freeSizes.bindings(sampleShapes: [[4, 1]])
        }
        #expect(throws: ServingError.unboundSize("time")) {
            try sequence.freeSizes.bindings(sampleShapes: [[0, 2]])
        }
    }

    @Test func aSharedSizeMustAgree() {
        let inputs = ["a", "b"].map {
            TensorSignature(name: $0, dtype: .float32, dimensions: [.symbol("batch"), .symbol("time")])
        }
        #expect(throws: ServingError.inputShape(input: "b", expected: "[time]", found: [4])) {
            try FreeSizes(inputs).bindings(sampleShapes: [[3], [4]])
        }
    }
}
