import Graphs
import JSON
import ONNXProtobuf
import Tensors

/// Reads the graph form of `architecture.json`, as `GraphFormWriter` has it, into the messages that ONNX files are made of:
/// from there on both are read alike.
struct GraphFormReader {
    /// What `format` says; a list of layers has no format.
    static let formatName = "graph"
    /// Most nodes: a recurrent network that was unrolled has a few for each step.
    static let maximumNodeCount = 100_000
    /// Most names in one list.
    private static let maximumListCount = 4096
    /// Most bytes of a name.
    private static let maximumNameByteCount = 1024

    private let tensors: [String: Tensor]
    /// Names of tensors that a node takes.
    private var used: Set<String> = []
    private var proto = ONNXGraphProto()
    private var opset = 0

    /// Whether a document is in graph form.
    static func reads(_ json: JSONValue) -> Bool { json["format"] != nil }

    /// The graph of a document and its tensors, inputs with the types that the document names.
    static func graph(json: JSONValue, tensors: [String: Tensor]) throws(ModelFormatError) -> Graph {
        var reader = GraphFormReader(tensors: tensors)
        do throws(FieldError) {
            try reader.read(json)
        } catch {
            throw ModelFormatError(error, part: BundleFile.architecture)
        }
        if let name = tensors.keys.filter({ !reader.used.contains($0) }).min() {
            throw .tensor(name, expected: "only tensors that a node takes", found: "one that none does")
        }
        let builder = ONNXGraphBuilder(
            name: reader.proto.name, opset: reader.opset, functions: [], tensors: ONNXTensorReader(externalData: nil))
        return try builder.graph(from: reader.proto, constants: reader.constants)
    }

    private init(tensors: [String: Tensor]) { self.tensors = tensors }

    /// The tensors that are values of the graph, and not of attributes.
    private var constants: [String: Tensor] {
        let names = Set(proto.node.flatMap(\.input) + proto.output.map(\.name))
        return tensors.filter { names.contains($0.key) }
    }

    private mutating func read(_ json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        let format = try fields.required("format", fields.string("format"))
        guard format == Self.formatName else {
            throw fields.error("format", "\"\(Self.formatName)\", or none for a list of layers", .string(format))
        }
        proto.name = String((try fields.string("name") ?? "model").prefix(200))
        let opsets = ONNXImporter.supportedOpsets
        opset = try fields.required("opset", fields.integer("opset", in: opsets))
        proto.input = try values("inputs", &fields, needsType: true)
        proto.output = try values("outputs", &fields, needsType: false)
        let nodes = try fields.required("nodes", fields.array("nodes"))
        guard nodes.count <= Self.maximumNodeCount else {
            throw fields.error("nodes", "at most \(Self.maximumNodeCount) nodes", .integer(nodes.count))
        }
        for (index, node) in nodes.enumerated() {
            proto.node.append(try self.node(node, path: fields.path(of: "nodes[\(index)]")))
        }
        try fields.finish()
        used.formUnion(proto.output.map(\.name))
    }

    // MARK: Inputs and outputs

    private func values(
        _ name: String, _ fields: inout JSONFields, needsType: Bool
    ) throws(FieldError) -> [ONNXValueInfoProto] {
        let list = try fields.required(name, fields.array(name))
        guard (1...Self.maximumListCount).contains(list.count) else {
            throw fields.error(name, "1 to \(Self.maximumListCount) values", .integer(list.count))
        }
        var result: [ONNXValueInfoProto] = []
        for (index, value) in list.enumerated() {
            var members = try JSONFields(value, path: fields.path(of: "\(name)[\(index)]"))
            var proto = ONNXValueInfoProto()
            proto.name = try members.required("name", Self.name("name", &members))
            let dtype = try members.choice("dtype", of: DType.self)
            let sizes = try members.array("shape")
            if needsType {
                _ = try members.required("shape", sizes)
                _ = try members.required("dtype", dtype)
            }
            if let dtype { proto.type.tensorType.elemType = ONNXElementType.number(of: dtype) }
            var dimensions: [ONNXTensorShapeProto.Dimension] = []
            for (axis, size) in (sizes ?? []).enumerated() {
                dimensions.append(try Self.size(size, members.path(of: "shape[\(axis)]")))
            }
            if needsType { proto.type.tensorType.shape.dim = dimensions }
            try members.finish()
            result.append(proto)
        }
        return result
    }

    private static func size(
        _ value: JSONValue, _ path: String
    ) throws(FieldError) -> ONNXTensorShapeProto.Dimension {
        var dimension = ONNXTensorShapeProto.Dimension()
        switch value {
        case .null: break
        case .integer(let size) where (1...Int(Int32.max)).contains(size): dimension.dimValue = Int64(size)
        case .string(let name) where (1...maximumNameByteCount).contains(name.utf8.count): dimension.dimParam = name
        default:
            throw FieldError(
                path: path, expected: "a size from 1 on, the name of a free size, or null",
                found: JSONFields.text(value))
        }
        return dimension
    }

    private static func name(_ key: String, _ fields: inout JSONFields) throws(FieldError) -> String? {
        guard let name = try fields.string(key) else { return nil }
        guard (1...maximumNameByteCount).contains(name.utf8.count) else {
            throw fields.error(key, "1 to \(maximumNameByteCount) bytes", .integer(name.utf8.count))
        }
        return name
    }

    // MARK: Nodes

    private mutating func node(_ json: JSONValue, path: String) throws(FieldError) -> ONNXNodeProto {
        var fields = try JSONFields(json, path: path)
        var proto = ONNXNodeProto()
        proto.opType = try fields.required("op_type", Self.name("op_type", &fields))
        proto.domain = try Self.name("domain", &fields) ?? ""
        guard OperatorRegistry.has(proto.opType, domain: proto.domain) else {
            throw fields.error(
                "op_type", "an operator Apus has (\(OperatorRegistry.names.joined(separator: ", ")))",
                .string(proto.opType))
        }
        proto.name = try Self.name("name", &fields) ?? ""
        proto.input = try names("inputs", &fields)
        proto.output = try names("outputs", &fields)
        used.formUnion(proto.input)
        if let attributes = fields.value("attributes") {
            let members = try JSONFields(attributes, path: fields.path(of: "attributes"))
            for name in members.names {
                guard let value = attributes[name] else { continue }
                proto.attribute.append(try attribute(name, value, path: members.path(of: name)))
            }
        }
        try fields.finish()
        return proto
    }

    private func names(_ key: String, _ fields: inout JSONFields) throws(FieldError) -> [String] {
        let names = try fields.required(key, fields.strings(key))
        guard names.count <= Self.maximumListCount, names.allSatisfy({ $0.utf8.count <= Self.maximumNameByteCount })
        else {
            throw fields.error(
                key, "at most \(Self.maximumListCount) names of \(Self.maximumNameByteCount) bytes",
                .integer(names.count))
        }
        return names
    }

    private mutating func attribute(
        _ name: String, _ json: JSONValue, path: String
    ) throws(FieldError) -> ONNXAttributeProto {
        var fields = try JSONFields(json, path: path)
        guard fields.names.count == 1 else {
            throw FieldError(
                path: path, expected: "one of int, float, string, tensor, ints, floats and strings",
                found: "\(fields.names.count) members")
        }
        let value: AttributeValue
        if let number = try fields.integer("int", in: Int.min...Int.max) {
            value = .int(number)
        } else if let number = try fields.number("float", in: -3.5e38...3.5e38) {
            value = .float(Float(number))
        } else if let text = try fields.string("string") {
            value = .string(text)
        } else if let numbers = try fields.integers("ints", in: Int.min...Int.max) {
            value = .ints(numbers)
        } else if let numbers = try fields.numbers("floats") {
            value = .floats(numbers.map { Float($0) })
        } else if let texts = try fields.strings("strings") {
            value = .strings(texts)
        } else if let key = try fields.string("tensor") {
            guard let tensor = tensors[key] else {
                throw fields.error("tensor", "the name of a tensor in \(BundleFile.parameters)", .string(key))
            }
            used.insert(key)
            value = .tensor(tensor)
        } else {
            throw FieldError(
                path: path, expected: "one of int, float, string, tensor, ints, floats and strings", found: "none")
        }
        try fields.finish()
        return ONNXAttributeProto(name: name, value: value)
    }
}
