import FoundationEssentials
import Graphs
import ONNXProtobuf
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Large elements that stay in the file.
struct ONNXSkeletonTests {
    private let values = (0..<4).map { Float($0) }

    /// A model with tensors in initializers, in a constant and in the branches of a choice.
    private func model() throws -> ONNXModelProto {
        let value = ONNXBuilding.attribute("value", .tensor) {
            $0.t = ONNXBuilding.floats("c", [5, 6, 7, 8], [2, 2])
            $0.t.rawData = ONNXBuilding.raw([5, 6, 7, 8] as [Float])
        }
        let branch = ONNXGraphProto.with {
            $0.initializer = [ONNXBuilding.floats("inner", [9, 9, 9, 9], [2, 2])]
            $0.node = [ONNXBuilding.node("Add", ["h", "inner"], ["z"])]
            $0.output = [ONNXValueInfoProto.with { $0.name = "z" }]
        }
        let inner = try branch.serializedBytes() as Data
        let condition = ONNXBuilding.tensor("yes", type: 9, dims: []) { $0.rawData = ONNXBuilding.raw([1] as [UInt8]) }
        return ONNXBuilding.model(
            nodes: [
                ONNXBuilding.node("Constant", [], ["c"], [value]), ONNXBuilding.node("MatMul", ["x", "w"], ["a"]),
                ONNXBuilding.node("MatMul", ["a", "c"], ["h"]),
                ONNXBuilding.node(
                    "If", ["yes"], ["y"],
                    ["then_branch", "else_branch"].map { name in
                        ONNXBuilding.attribute(name, .graph) { $0.g = inner }
                    }),
            ], initializers: [ONNXBuilding.floats("w", values, [2, 2]), condition])
    }

    @Test(arguments: [1, 4, 16, 1000]) func readsTheSameGraph(largeByteCount: Int) throws {
        let source = ByteSource(try model().fileBytes())
        let skeleton = try ONNXSkeleton(source, largeByteCount: largeByteCount)
        #expect((skeleton.bytes.count == source.byteCount) == (largeByteCount > 100))
        let graph = try ONNXImporter.graph(from: source, directory: nil, largeByteCount: largeByteCount)
        let whole = try ONNXImporter.graph(from: try model().fileBytes())
        #expect(graph.nodes.map(\.op.name) == whole.nodes.map(\.op.name))
        #expect(graph.values.map(\.name) == whole.values.map(\.name))
        #expect(graph.values.map { $0.constant?.bytes } == whole.values.map { $0.constant?.bytes })
    }

    @Test func keepsWhatIsNoTensor() throws {
        var model = try model()
        model.producerName = String(repeating: "p", count: 100)
        let bytes = try model.fileBytes()
        let skeleton = try ONNXSkeleton(ByteSource(bytes), largeByteCount: 64)
        #expect(skeleton.bytes == bytes)
    }

    /// The last of two fields counts, and a mark that is no mark of this file is what it looks like.
    @Test func readsRepeatedFieldsAsProtobufDoes() throws {
        func tensor(_ data: [[Float]]) throws -> [Float] {
            var bytes: [UInt8] = try ONNXBuilding.tensor("w", type: 1, dims: [Int64(data.last?.count ?? 0)]) { _ in }
                .serializedBytes()
            for values in data { bytes += [9 << 3 | 2, UInt8(4 * values.count)] + ONNXBuilding.raw(values) }
            let graph: [UInt8] = [5 << 3 | 2, UInt8(bytes.count)] + bytes
            let skeleton = try ONNXSkeleton(
                ByteSource([7 << 3 | 2, UInt8(graph.count)] + graph), largeByteCount: 12)
            let proto = try ONNXImporter.parse(skeleton.bytes).graph.initializer[0]
            var reader = ONNXTensorReader(externalData: nil, stored: skeleton.stored)
            return try reader.tensor(proto, name: "w").floats
        }
        #expect(try tensor([[1, 2, 3, 4], [5, 6]]) == [5, 6])
        #expect(try tensor([[5, 6], [1, 2, 3, 4]]) == [1, 2, 3, 4])
        #expect(try tensor([[1, 2, 3, 4], [5, 6, 7, 8]]) == [5, 6, 7, 8])
        #expect(throws: ModelFormatError.tensor("w", expected: "8 bytes for shape [2]", found: "16")) {
            var proto = ONNXBuilding.floats("w", values, [2])
            let skeleton = try ONNXSkeleton(
                ByteSource(try ONNXBuilding.model(nodes: [], initializers: [proto]).fileBytes()), largeByteCount: 8)
            proto = try ONNXImporter.parse(skeleton.bytes).graph.initializer[0]
            var reader = ONNXTensorReader(externalData: nil, stored: skeleton.stored)
            _ = try reader.tensor(proto, name: "w")
        }
    }

    @Test func survivesDamage() throws {
        let bytes = try model().fileBytes()
        func read(_ bytes: [UInt8]) throws {
            let whole = Result { try ONNXImporter.graph(from: bytes) }
            let parts = Result { try ONNXImporter.graph(from: ByteSource(bytes), directory: nil, largeByteCount: 4) }
            // Whatever the file is, it is the same either way.
            #expect((try? whole.get().nodes.count) == (try? parts.get().nodes.count))
            _ = try parts.get()
        }
        Damage.truncations(of: bytes) { try read($0) }
        Damage.mutations(of: bytes, count: 2_000) { try read($0) }
        // Graphs inside each other without end, and lengths that do not fit.
        var nested: [UInt8] = []
        for _ in 0..<300 {
            for field: UInt8 in [6, 5, 1] {
                var count = nested.count
                var head = [field << 3 | 2]
                while count >= 0x80 {
                    head.append(UInt8(count & 0x7F) | 0x80)
                    count >>= 7
                }
                nested = head + [UInt8(count)] + nested
            }
        }
        for bytes in [nested, [0x3A] + [UInt8](repeating: 0xFF, count: 10), [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0]] {
            #expect(throws: ModelFormatError.self) {
                try ONNXImporter.graph(from: ByteSource(bytes), directory: nil, largeByteCount: 1)
            }
        }
    }

    @Test func takesLargeTensorsFromMappedFiles() throws {
        let directory = TemporaryDirectory()
        let numbers = (0..<(1 << 17)).map { Float($0) }
        var model = ONNXBuilding.model(
            nodes: [ONNXBuilding.node("MatMul", ["x", "w"], ["h"]), ONNXBuilding.node("Add", ["h", "v"], ["y"])],
            initializers: [
                ONNXBuilding.floats("w", numbers, [2, 1 << 16]),
                ONNXBuilding.tensor("v", type: 1, dims: [1 << 16]) {
                    $0.dataLocation = .external
                    $0.externalData = [
                        ONNXStringStringEntryProto.with { ($0.key, $0.value) = ("location", "v.data") }
                    ]
                },
            ])
        directory.write(Array(ONNXBuilding.raw(Array(numbers[..<(1 << 16)]))), to: "v.data")
        // However long the name is, the elements need not begin at a multiple of four.
        for length in 1...4 {
            model.graph.name = String(repeating: "n", count: length)
            let path = directory.write(try model.fileBytes(), to: "model.onnx")
            let graph = try ModelLoader.loadModel(path: path)
            let constants = graph.values.compactMap(\.constant)
            #expect(constants.map(\.isBorrowed) == [true, true])
            #expect(constants[0].floats == numbers)
            #expect(constants[1].floats == Array(numbers[..<(1 << 16)]))
        }
    }
}
