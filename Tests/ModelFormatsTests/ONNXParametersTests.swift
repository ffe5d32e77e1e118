import FoundationEssentials
import ONNXProtobuf
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

struct ONNXParametersTests {
    private static let values: [Float] = [0.5, -2, 3.140625, 0]

    private static func rewritten(_ model: ONNXModelProto, _ parameters: [String: Tensor]) throws -> ONNXModelProto {
        try ONNXImporter.parse(try ONNXParameters.rewrite(try model.fileBytes(), replacing: parameters))
    }

    @Test(arguments: [1, 10, 11, 16] as [Int32])
    func keepsElementTypes(type: Int32) throws {
        var model = ONNXBuilding.model()
        let width = [1: 4, 10: 2, 11: 8, 16: 2][type] ?? 0
        model.graph.initializer = [
            ONNXBuilding.tensor("w", type: type, dims: [2, 2]) { $0.rawData = .init(count: 4 * width) }
        ]
        let result = try Self.rewritten(model, ["w": Tensor(Self.values, shape: [2, 2])])
        #expect(result.graph.initializer[0].dataType == type)
        #expect(result.graph.initializer[0].rawData.count == 4 * width)
        var reader = ONNXTensorReader(externalData: nil)
        #expect(try reader.tensor(result.graph.initializer[0], name: "w").floats == Self.values)
    }

    @Test func changesNothingElse() throws {
        var model = ONNXBuilding.model()
        model.producerName = "somebody"
        model.graph.initializer[0].rawData = .init()
        model.graph.initializer[0].floatData = [1, 2, 3, 4]
        let result = try Self.rewritten(model, ["w": Tensor(Self.values, shape: [2, 2])])
        var expected = model
        expected.graph.initializer[0].floatData = []
        expected.graph.initializer[0].rawData = ONNXBuilding.raw(Self.values)
        #expect(result == expected)
        #expect(try Self.rewritten(model, [:]) == model)
    }

    @Test func replacesConstantNodes() throws {
        var model = ONNXBuilding.model()
        let attribute = ONNXBuilding.attribute("value", .tensor) {
            $0.t = ONNXBuilding.floats("", [1, 2, 3, 4], [2, 2])
        }
        model.graph.initializer = []
        model.graph.node.insert(ONNXBuilding.node("Constant", [], ["w"], [attribute]), at: 0)
        let result = try Self.rewritten(model, ["w": Tensor(Self.values, shape: [2, 2])])
        #expect(result.graph.node[0].attribute[0].t.rawData == ONNXBuilding.raw(Self.values))
    }

    /// A weight that the file computes from another becomes an initialiser.
    @Test func replacesComputedWeights() throws {
        var model = ONNXBuilding.model()
        let original = model.graph.initializer[0]
        model.graph.initializer[0].name = "original"
        model.graph.node.insert(ONNXBuilding.node("Identity", ["original"], ["w"], []), at: 0)
        let result = try Self.rewritten(model, ["w": Tensor(Self.values, shape: [2, 2])])
        #expect(result.graph.node.count == model.graph.node.count - 1)
        let added = try #require(result.graph.initializer.last)
        #expect(added.name == "w" && added.dims == original.dims && added.dataType == 1)
        #expect(added.rawData == ONNXBuilding.raw(Self.values))
    }

    @Test func takesInExternalData() throws {
        let directory = TemporaryDirectory()
        var model = ONNXBuilding.model()
        model.graph.initializer[0].rawData = .init()
        model.graph.initializer[0].dataLocation = .external
        model.graph.initializer[0].externalData = [.with { ($0.key, $0.value) = ("location", "weights") }]
        directory.write(Array(ONNXBuilding.raw(Self.values)), to: "weights")
        let bytes = try ONNXParameters.rewrite(try model.fileBytes(), replacing: [:], directory: directory.path)
        let result = try ONNXImporter.parse(bytes)
        #expect(result.graph.initializer[0].rawData == ONNXBuilding.raw(Self.values))
        #expect(result.graph.initializer[0].dataLocation == .default)
        #expect(throws: ModelFormatError.self) {
            try ONNXParameters.rewrite(try model.fileBytes(), replacing: [:])
        }
    }

    @Test func refusesWhatDoesNotFit() {
        let model = ONNXBuilding.model()
        #expect(
            throws: ModelFormatError.tensor("v", expected: "an initializer of that name in the model", found: "none")
        ) { try Self.rewritten(model, ["v": Tensor(Self.values, shape: [4])]) }
        #expect(throws: ModelFormatError.self) { try Self.rewritten(model, ["w": Tensor(Self.values, shape: [4])]) }
        var integers = model
        integers.graph.initializer[0].dataType = 7
        #expect(throws: ModelFormatError.self) {
            try Self.rewritten(integers, ["w": Tensor(Self.values, shape: [2, 2])])
        }
    }
}
