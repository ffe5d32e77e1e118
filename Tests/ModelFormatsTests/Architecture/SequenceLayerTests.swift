import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Networks over sequences with steps that do not count anywhere, in Keras's semantics and against its answers: the
/// graph's naive twin, its plans at every level, rows alone, and training. Made by `Tests/Fixtures/make_sequences.py`.
struct SequenceLayerTests {
    /// One file: an architecture, its tensors, inputs and answers.
    struct Example {
        let architecture: Architecture
        let tensors: [String: Tensor]
        let inputs: [Tensor]
        let answers: [Tensor]

        init(_ name: String) throws {
            let file = try SafeTensors(path: Fixtures.path("sequences/\(name).safetensors")).tensors
            let json = try #require(file["architecture"]).elements(as: UInt8.self)
            architecture = try Architecture(json: try JSONValue(parsing: json))
            tensors = file.filter { name, _ in
                name != "architecture" && !name.hasPrefix("input.") && !name.hasPrefix("output.")
            }
            inputs = (0..<4).compactMap { file["input.\($0)"] }
            answers = (0..<4).compactMap { file["output.\($0)"] }
        }

        var rows: Int { inputs[0].shape[0] }

        func graph() throws -> Graph {
            try architecture.graph(parameters: architecture.graphConstants(fromFileTensors: tensors))
        }

        /// The number of steps, where the architecture leaves it free.
        func bindings(_ model: CompiledModel) -> [String: Int] {
            model.inputs[0].freeSymbols.contains("time") ? ["time": inputs[0].shape[1]] : [:]
        }

        func input(_ index: Int, row: Int) -> Tensor {
            let (input, count) = (inputs[index], inputs[index].elementCount / rows)
            return Tensor(
                Array(input.floats[(row * count)..<((row + 1) * count)]),
                shape: Shape([1] + input.shape.dimensions.dropFirst()))
        }
    }

    /// Where two lists differ first; nil when they do not.
    private static func difference(_ found: [Float], _ expected: [Float]) -> String? {
        guard found.count == expected.count else { return "\(found.count) instead of \(expected.count) numbers" }
        let index = found.indices.first { !(abs(found[$0] - expected[$0]) < 1e-5) }
        return index.map { "\(found[$0]) instead of \(expected[$0]) at \($0)" }
    }

    static let names = [
        "activations", "bidirectional", "cells", "joins", "masked", "masked_last", "noise", "states", "video",
    ]

    @Test(arguments: names, Kernels.available)
    func answerAsKerasDoes(name: String, kernels: Kernels) throws {
        let example = try Example(name)
        let graph = try example.graph()
        let twin = try graph.evaluate(example.inputs)
        for (found, expected) in zip(twin, example.answers) {
            #expect(found.shape == expected.shape)
            #expect(Self.difference(found.floats, expected.floats) == nil)
        }
        let model = try CompiledModel(graph, kernels: kernels)
        let plan = try model.plan(bindings: example.bindings(model))
        #expect(plan.fixedBatch == nil)
        let found = plan.runAll(example.inputs, rows: example.rows)
        #expect(found.count == example.answers.count)
        for (found, expected) in zip(found, example.answers) {
            #expect(Self.difference(found, expected.floats) == nil)
        }
        // Bit by bit what each row gives alone.
        for row in 0..<example.rows {
            let alone = plan.runAll(example.inputs.indices.map { example.input($0, row: row) }, rows: 1)
            for (all, one) in zip(found, alone) { #expect(Array(all[(row * one.count)...].prefix(one.count)) == one) }
        }
    }

    @Test(arguments: names.filter { $0 != "states" })  // which has two outputs
    func answerTheSameInTraining(name: String) throws {
        let example = try Example(name)
        let architecture = example.architecture
        let constants = try architecture.graphConstants(fromFileTensors: example.tensors)
        var graph = try architecture.graph(parameters: constants)
        let parameters = try architecture.parameters.map {
            (name: $0.name, tensor: try #require(constants[$0.name]), isTrainable: $0.isTrainable)
        }
        let store = ParameterStore(parameters)
        try graph.prepareForTraining(parameters: Set(parameters.map(\.name)))
        let plan = try TrainingCompiler(graph: graph, store: store, kernels: Kernels.best())
            .compile(capacity: example.rows, bindings: ["time": example.inputs[0].shape[1]], pool: nil)
        for (index, input) in example.inputs.enumerated() {
            plan.input(index).update(from: input.storage.floats, count: input.elementCount)
        }
        plan.predict(batch: example.rows)
        let expected = example.answers[0].floats
        let found = Array(UnsafeBufferPointer(start: plan.outputs, count: expected.count))
        #expect(Self.difference(found, expected) == nil)
        nonisolated(unsafe) let target = UnsafeMutableBufferPointer(
            start: plan.outputGradients, count: expected.count)
        let size = plan.outputSize
        plan.train(batch: example.rows, seed: 1) { range, _ in
            for index in range.lowerBound * size..<range.upperBound * size { target[index] = Float(index % 3) - 0.5 }
        }
        for index in store.parameters.indices {
            let gradient = store.gradient(index).floats
            let (isFinite, isThere) = (gradient.allSatisfy { $0.isFinite }, gradient.contains { $0 != 0 })
            #expect(isFinite && isThere, "\(store.parameters[index].name)")
        }
    }

    @Test(arguments: names)
    func filesAndDocumentsAreReadAsTheyAreWritten(name: String) throws {
        let example = try Example(name)
        let constants = try example.architecture.graphConstants(fromFileTensors: example.tensors)
        let back = example.architecture.fileTensors(fromGraphConstants: constants)
        #expect(back.mapValues(\.floats) == example.tensors.mapValues(\.floats))
        let again = try Architecture(json: try JSONValue(parsing: example.architecture.json.bytes))
        #expect(again.json == example.architecture.json)
        #expect(again.parameters == example.architecture.parameters)
        #expect(again.outputShapes == example.architecture.outputShapes)
    }
}

extension ExecutionPlan {
    /// Runs rows through the plan and returns the elements of every output.
    fileprivate func runAll(_ inputs: [Tensor], rows: Int) -> [[Float]] {
        let workspace = makeWorkspace(threads: 1)
        let outputs = outputSizes.map { AlignedStorage(floatCount: rows * $0) }
        run(
            rows: rows, inputs: inputs.map { UnsafePointer($0.storage.floats) }, outputs: outputs.map(\.floats),
            workspace: workspace, pool: nil)
        return zip(outputs, outputSizes).map { Array(UnsafeBufferPointer(start: $0.floats, count: rows * $1)) }
    }
}
