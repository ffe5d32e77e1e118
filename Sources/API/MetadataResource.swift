import Graphs
import HTTP
import JSON
import Serving
import Tensors

/// `/v1/models/{m}/metadata`, also of a version or a label: what it takes and gives. `model_spec` and `metadata` are as
/// TensorFlow Serving has them (with its doubled `signature_def`); what its clients do not know stands beside them.
struct MetadataResource: Sendable {
    let repository: ModelRepository

    func metadata(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        do { return response(try repository.version(of: name, version)) } catch { throw .serving(error) }
    }

    func metadata(_ name: String, label: String) throws(APIError) -> HTTPResponse {
        do { return response(try repository.version(of: name, label: label)) } catch { throw .serving(error) }
    }

    private func response(_ found: ModelVersion) -> HTTPResponse {
        let signature: JSONValue = [
            "inputs": Self.tensors(found.inputs), "outputs": Self.tensors(found.outputs),
            "method_name": "tensorflow/serving/predict", "defaults": [:],
        ]
        var members: [JSONMember] = [
            JSONMember(
                "model_spec",
                ["name": .string(found.modelName), "signature_name": "", "version": .string(String(found.number))]),
            JSONMember("metadata", ["signature_def": ["signature_def": ["serving_default": signature]]]),
            JSONMember("description", .string(found.configuration.model.description)),
            JSONMember("class_names", JSONValue(found.classNames)),
        ]
        if let preprocessing = found.preprocessing?.preprocessing {
            members.append(JSONMember("instances", preprocessing.instancesJSON))
        }
        return .json(capacity: 2048) { $0.append(JSONValue.object(members)) }
    }

    private static func tensors(_ signatures: [TensorSignature]) -> JSONValue {
        .object(
            signatures.map { signature in
                let sizes = signature.dimensions.map { dimension -> JSONValue in
                    ["size": .string(String(dimension.fixedValue ?? -1)), "name": ""]
                }
                return JSONMember(
                    signature.name,
                    [
                        "dtype": .string(typeName(signature.dtype)),
                        "tensor_shape": ["dim": .array(sizes), "unknown_rank": false],
                        "name": .string(signature.name),
                    ])
            })
    }

    private static func typeName(_ type: DType) -> String {
        type == .float32 ? "DT_FLOAT" : type == .float64 ? "DT_DOUBLE" : "DT_" + type.rawValue.uppercased()
    }
}
