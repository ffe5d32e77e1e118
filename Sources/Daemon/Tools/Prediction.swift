import Graphs
import JSON
import Tensors

/// `apus predict`: computes the rows of a file without a server.
package enum Prediction {
    /// - Parameters:
    ///   - model: A model.
    ///   - inputPath: A `.json` file, a predict request or its list of rows, a `.npy` file [rows, …], or a `.npz` file with
    ///     an array for each input.
    ///   - threads: Threads that divide the rows between them, at least 1.
    /// - Returns: `{"predictions": […]}`: for each row its output, or an object when the model has several outputs.
    /// - Throws: `DaemonError.file`, `.input` or `.model`.
    package static func json(
        model: LoadedModel, inputPath: String, threads: Int = 1
    ) throws(DaemonError) -> [UInt8] {
        let input = try PredictionInput(path: inputPath, signatures: model.compiled.inputs)
        let plan = try model.plan(input.bindings)
        for (values, size) in zip(input.values, plan.inputSizes) {
            precondition(
                values.byteCount == input.rows * size * MemoryLayout<Float>.stride,
                "the rows read are not what the plan takes")
        }
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: input.rows * $0) }
        unsafe plan.run(
            rows: input.rows, inputs: input.values.map { unsafe UnsafePointer($0.floats) },
            outputs: outputs.map { unsafe $0.floats },
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
