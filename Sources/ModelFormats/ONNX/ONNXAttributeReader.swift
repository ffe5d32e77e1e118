import FoundationEssentials
import Graphs
import ONNXProtobuf
import Tensors

/// Reads the attributes of one node.
struct ONNXAttributeReader {
    let nodeName: String
    let opType: String

    /// The attributes by name.
    func values(
        _ protos: [ONNXAttributeProto], _ tensors: inout ONNXTensorReader
    ) throws(ModelFormatError) -> [String: AttributeValue] {
        var values: [String: AttributeValue] = [:]
        for proto in protos {
            guard values[proto.name] == nil else {
                throw mismatch(expected: "each attribute once", found: "\(proto.name.quoted) twice")
            }
            values[proto.name] = try value(proto, &tensors)
        }
        return values
    }

    /// The elements of a `Constant` node, from whichever of its attributes is there.
    func constant(
        _ protos: [ONNXAttributeProto], _ tensors: inout ONNXTensorReader
    ) throws(ModelFormatError) -> Tensor {
        let values = try values(protos, &tensors)
        switch (values.count, values.first?.key, values.first?.value) {
        case (1, "value", .tensor(let tensor)): return tensor
        case (1, "value_int", .int(let value)): return Tensor([value], shape: [])
        case (1, "value_ints", .ints(let values)): return Tensor(values, shape: [values.count])
        case (1, "value_float", .float(let value)): return Tensor([value], shape: [])
        case (1, "value_floats", .floats(let values)): return Tensor(values, shape: [values.count])
        default:
            throw mismatch(
                expected: "one attribute value, value_int, value_ints, value_float or value_floats",
                found: protos.isEmpty ? "none" : protos.map(\.name.quoted).joined(separator: ", "))
        }
    }

    private func value(
        _ proto: ONNXAttributeProto, _ tensors: inout ONNXTensorReader
    ) throws(ModelFormatError) -> AttributeValue {
        guard proto.refAttrName.isEmpty else {
            throw mismatch(expected: "a value for attribute \(proto.name.quoted)", found: "a reference")
        }
        switch proto.type {
        case .float: return .float(proto.f)
        case .int: return .int(Int(proto.i))
        case .string: return .string(try string(proto.s, attribute: proto.name))
        case .tensor:
            let name = proto.t.name.isEmpty ? "\(nodeName).\(proto.name)" : proto.t.name
            return .tensor(try tensors.tensor(proto.t, name: name))
        case .floats: return .floats(proto.floats)
        case .ints: return .ints(proto.ints.map { Int($0) })
        case .strings:
            var strings: [String] = []
            for bytes in proto.strings { strings.append(try string(bytes, attribute: proto.name)) }
            return .strings(strings)
        case .graph, .graphs:
            throw mismatch(
                expected: "no subgraph (control flow is not supported)", found: "one in attribute \(proto.name.quoted)")
        default:
            throw mismatch(
                expected: "attribute \(proto.name.quoted) to hold numbers, strings or a tensor",
                found: "type \(proto.type.rawValue)")
        }
    }

    private func string(_ bytes: Data, attribute: String) throws(ModelFormatError) -> String {
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw mismatch(expected: "attribute \(attribute.quoted) to be UTF-8", found: "other bytes")
        }
        return string
    }

    private func mismatch(expected: String, found: String) -> ModelFormatError {
        .node(nodeName, operator: opType, expected: expected, found: found)
    }
}
