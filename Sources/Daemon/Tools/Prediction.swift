import Graphs
import JSON
import Tensors

/// `apus predict`: computes the rows of a file without a server.
package enum Prediction {
    /// - Parameters:
    ///   - model: A model with one input.
    ///   - inputPath: A `.json` file, a predict request or its list of rows, or a `.npy` file [rows, …].
    ///   - threads: Threads that divide the rows between them, at least 1.
    /// - Returns: `{"predictions": […]}`: for each row its output, or an object when the model has several outputs.
    /// - Throws: `DaemonError.file`, `.input` or `.model`.
    package static func json(
        model: LoadedModel, inputPath: String, threads: Int = 1
    ) throws(DaemonError) -> [UInt8] {
        let inputs = model.compiled.inputs
        guard inputs.count == 1, let signature = inputs.first else {
            throw .model(
                model.path,
                reason: "expected a model with one input, got \(inputs.count): "
                    + inputs.map(\.text).joined(separator: "; "))
        }
        let input = try PredictionInput(path: inputPath, signature: signature)
        let plan = try model.plan(input.bindings)
        precondition(
            input.values.byteCount == input.rows * plan.inputSizes[0] * MemoryLayout<Float>.stride,
            "the rows read are not what the plan takes")
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: input.rows * $0) }
        unsafe plan.run(
            rows: input.rows, inputs: [UnsafePointer(input.values.floats)], outputs: outputs.map { unsafe $0.floats },
            workspace: plan.makeWorkspace(threads: threads), pool: threads > 1 ? ComputePool(threads: threads) : nil)
        return document(outputs, plan.outputShapes, names: model.compiled.outputs.map(\.name), rows: input.rows)
    }

    /// As the server's answer: numbers that are not finite are NaN, Infinity and -Infinity.
    private static func document(
        _ outputs: [AlignedStorage], _ shapes: [Shape], names: [String], rows: Int
    ) -> [UInt8] {
        var writer = JSONWriter(nonFinitePolicy: .token)
        writer.beginObject()
        writer.key("predictions")
        writer.beginArray()
        for row in 0..<rows {
            if outputs.count > 1 { writer.beginObject() }
            for ((storage, shape), name) in zip(zip(outputs, shapes), names) {
                if outputs.count > 1 { writer.key(name) }
                unsafe writer.appendTensor(storage.floats + row * shape.elementCount, shape: shape.dimensions)
            }
            if outputs.count > 1 { writer.endObject() }
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
