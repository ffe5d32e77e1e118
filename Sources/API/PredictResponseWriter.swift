import Graphs
import HTTP
import JSON
import Serving
import Tensors

/// Writes an answer as TensorFlow Serving's row format does: `{"predictions": […], …}`.
struct PredictResponseWriter {
    let version: ModelVersion

    func response(_ inference: InferenceResponse) -> HTTPResponse {
        let numbers = inference.outputs.reduce(0) { $0 + $1.elementCount }
        return .json(capacity: 128 + numbers * 14) { writer in
            writer.beginObject()
            writer.key("predictions")
            if inference.outputs.count == 1 {
                let tensor = inference.outputs[0]
                unsafe writer.appendTensor(tensor.storage.floats, shape: tensor.shape.dimensions)
            } else {
                appendObjects(inference.outputs, &writer)
            }
            appendClasses(inference.outputs, &writer)
            writer.key("model_name")
            writer.append(version.modelName)
            writer.key("model_version")
            writer.append(String(version.number))
            writer.endObject()
        }
    }

    /// One object for each row, with the model's outputs by name.
    private func appendObjects(_ outputs: [Tensor], _ writer: inout JSONWriter) {
        writer.beginArray()
        for row in 0..<(outputs.first?.shape[0] ?? 0) {
            writer.beginObject()
            for (signature, tensor) in zip(version.outputs, outputs) {
                let shape = Array(tensor.shape.dimensions.dropFirst())
                let size = shape.reduce(1, *)
                writer.key(signature.name)
                unsafe writer.appendTensor(tensor.storage.floats + row * size, shape: shape)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    /// The name of each row's largest output, when the classes have names; for a single output, which is the
    /// probability of the second of two classes, the name of the likelier one.
    private func appendClasses(_ outputs: [Tensor], _ writer: inout JSONWriter) {
        let names = version.classNames
        guard let scores = outputs.first, scores.shape.rank == 2, !names.isEmpty else { return }
        guard scores.shape[1] == names.count || scores.shape[1] == 1 && names.count == 2 else { return }
        writer.key("classes")
        writer.beginArray()
        for row in 0..<scores.shape[0] {
            if scores.shape[1] == 1 {
                writer.append(unsafe names[scores.storage.floats[row] > 0.5 ? 1 : 0])
                continue
            }
            var best = row * names.count
            for index in best..<(row + 1) * names.count
            where unsafe scores.storage.floats[index] > scores.storage.floats[best] {
                best = index
            }
            writer.append(names[best - row * names.count])
        }
        writer.endArray()
    }
}
