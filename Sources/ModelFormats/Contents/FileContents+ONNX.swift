import Graphs
import ONNXProtobuf
import Tensors

extension FileContents {
    /// An ONNX file: all of its nodes are looked at, so that every reason against it is known.
    init(onnx path: String) throws(ModelFormatError) {
        self.init(format: "onnx")
        isModel = true
        let model = try ONNXImporter.parse(try FileBytes.read(path, limit: ONNXImporter.maximumByteCount))
        let opsets = model.opsetImport.map { "\($0.domain.isEmpty ? "ai.onnx" : $0.domain) \($0.version)" }
        facts = [
            Fact("producer", "\(model.producerName) \(model.producerVersion)".trimmed),
            Fact("ir version", "\(model.irVersion)"), Fact("operator sets", opsets.joined(separator: ", ")),
        ]
        var opset = DescribedGraph.opset
        do throws(ModelFormatError) {
            opset = try ONNXImporter.opset(of: model)
        } catch {
            add(problem: "\(error)")
        }
        let constants = Set(model.graph.initializer.map(\.name))
        let given = model.graph.input.filter { !constants.contains($0.name) }
        inputs = given.map(Self.text(of:))
        outputs = model.graph.output.map(Self.text(of:))
        addProblems(ofInputs: given)
        for tensor in model.graph.initializer { add(tensor) }
        if !model.graph.sparseInitializer.isEmpty { add(problem: "sparse initializers are not supported") }
        let functions = Set(model.functions.map { "\($0.domain)::\($0.name)" })
        for node in model.graph.node {
            parts.append(Part(type: node.opType.shortened, name: node.displayName.shortened, shape: ""))
            if let problem = Self.problem(of: node, opset: opset, functions) { add(problem: problem) }
        }
    }

    private mutating func addProblems(ofInputs protos: [ONNXValueInfoProto]) {
        var types = ONNXInputTypes(protos)
        for proto in protos {
            do throws(ModelFormatError) {
                _ = try types.type(of: proto)
            } catch {
                add(problem: "\(error)")
            }
        }
    }

    private mutating func add(_ tensor: ONNXTensorProto) {
        let width = ONNXElementType.encoding(tensor.dataType)?.byteCount
        let count = tensor.dims.reduce(Optional(width ?? 1)) { product, size in
            guard let (value, overflow) = product?.multipliedReportingOverflow(by: Int(size)), !overflow, size >= 0
            else {
                return nil
            }
            return value
        }
        guard let count else {
            return add(problem: "tensor \(tensor.name.quoted): expected a shape, found \(tensor.dims)")
        }
        if width == nil {
            add(problem: "tensor \(tensor.name.quoted): \(ONNXElementType.name(tensor.dataType)) is not supported")
        }
        let type = ONNXElementType.encoding(tensor.dataType).map { "\($0)" } ?? ONNXElementType.name(tensor.dataType)
        tensors.append(
            Entry(
                name: tensor.name.shortened, dtype: type, shape: tensor.dims.map { Int($0) },
                byteCount: width == nil ? 0 : count))
    }

    /// Why a node cannot be read; nil when nothing speaks against it by itself.
    private static func problem(of node: ONNXNodeProto, opset: Int, _ functions: Set<String>) -> String? {
        do {
            if functions.contains("\(node.domain)::\(node.opType)"),
                !OperatorRegistry.isOwn(node.opType, domain: node.domain)
            {
                throw node.mismatch(expected: "an operator of ONNX", found: "a function that the model defines itself")
            }
            // Loops are unrolled and branches chosen; what is in them is known when they are read.
            if ["Constant", "Loop", "If"].contains(node.opType) { return nil }
            var tensors = ONNXTensorReader(externalData: nil)
            let attributes = ONNXAttributeReader(nodeName: node.displayName, opType: node.opType)
            _ = try OperatorRegistry.make(
                node.opType, domain: node.domain,
                attributes: Attributes(try attributes.values(node.attribute, &tensors), opset: opset))
            return nil
        } catch let error as GraphError {
            return "\(GraphError.node(node.displayName.shortened, operator: node.opType.shortened, error))"
        } catch {
            return "\(error)"
        }
    }

    private static func text(of value: ONNXValueInfoProto) -> String {
        let tensor = value.type.tensorType
        let sizes = tensor.shape.dim.map { dimension in
            switch dimension.value {
            case .dimValue(let size): "\(size)"
            case .dimParam(let name) where !name.isEmpty: name.shortened
            default: "?"
            }
        }
        let type = ONNXElementType.dtype(tensor.elemType)?.rawValue ?? ONNXElementType.name(tensor.elemType)
        return "\(value.name.shortened) \(type)[\(sizes.joined(separator: ", "))]"
    }
}

extension String {
    /// The string without the spaces around it.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
