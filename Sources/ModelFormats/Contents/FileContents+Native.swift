import Graphs
import JSON
import Tensors

extension FileContents {
    /// A safetensors file: a native model when `architecture.json` lies beside it.
    init(safetensors path: String) throws(ModelFormatError) {
        self.init(format: "safetensors")
        let header = try SafeTensorsHeader(file: try OpenFile(path: path))
        for entry in header.entries {
            tensors.append(
                Entry(
                    name: entry.name, dtype: entry.encoding.safeTensorsName.lowercased(),
                    shape: entry.dimensions.map { Int($0) }, byteCount: entry.range.count))
        }
        for (name, text) in header.metadata.sorted(by: { $0.key < $1.key }) { facts.append(Fact(name, text)) }
        guard let json = try BundleFile.json(BundleFile.architecture, in: path.directoryPath) else {
            add(problem: "\(BundleFile.architecture) is missing, which says what the tensors are for")
            return
        }
        format = "native"
        isModel = true
        readArchitecture(json, tensors: tensors)
    }

    /// An `architecture.json` by itself: the layers and the tensors that they want.
    init(architecture path: String) throws(ModelFormatError) {
        self.init(format: "architecture")
        guard let json = try BundleFile.json(path.lastPathComponent, in: path.directoryPath) else {
            throw .unreadable(file: path.lastPathComponent, reason: "No such file or directory")
        }
        readArchitecture(json, tensors: nil)
    }

    /// Takes in the layers or nodes, and compares their tensors with those that are there.
    private mutating func readArchitecture(_ json: JSONValue, tensors found: [Entry]?) {
        guard !GraphFormReader.reads(json) else { return readGraph(json) }
        let architecture: Architecture
        do throws(FieldError) {
            architecture = try Architecture(json: json)
        } catch {
            return add(problem: "\(ModelFormatError(error, part: BundleFile.architecture))")
        }
        facts.insert(Fact("name", architecture.name), at: 0)
        takeArchitecture(architecture)
        compare(architecture, with: found)
    }

    /// Takes in the inputs, outputs and layers.
    mutating func takeArchitecture(_ architecture: Architecture) {
        inputs = architecture.inputs.map { "\($0.name) \(Self.text($0.shape))" }
        if architecture.hasLengths { inputs.append("\(Architecture.lengthsName) float32[batch]") }
        outputs = zip(architecture.outputNames, architecture.outputShapes).map { "\($0) \(Self.text($1))" }
        parts = architecture.layers.map { Part(type: $0.type, name: $0.name, shape: "\($0.output)") }
    }

    /// Compares the tensors that the layers want with those that are there.
    private mutating func compare(_ architecture: Architecture, with found: [Entry]?) {
        let wanted = architecture.fileTensorShapes
        guard let found else {
            tensors = wanted.map { name, shape in
                Entry(name: name, dtype: "f32", shape: shape.dimensions, byteCount: 4 * shape.elementCount)
            }
            return
        }
        for (name, shape) in wanted {
            guard let entry = found.first(where: { $0.name == name }) else {
                add(problem: "tensor \(name.quoted): expected shape \(shape), found none")
                continue
            }
            if entry.shape != shape.dimensions {
                add(problem: "tensor \(name.quoted): expected shape \(shape), found \(entry.shape)")
            }
        }
        let names = Set(wanted.map(\.name))
        for entry in found where !names.contains(entry.name) {
            add(problem: "tensor \(entry.name.quoted): expected only tensors of the layers, found one of no layer")
        }
    }

    private static func text(_ shape: SampleShape) -> String {
        let sizes = ["batch"] + shape.sizes.map { $0.map(String.init) ?? LayerGraph.timeSymbol }
        return "float32[\(sizes.joined(separator: ", "))]"
    }

    /// The nodes of the graph form.
    private mutating func readGraph(_ json: JSONValue) {
        facts.append(Fact("name", json["name"]?.string ?? ""))
        facts.append(Fact("opset", json["opset"]?.int.map(String.init) ?? "none"))
        inputs = Self.values(json["inputs"])
        outputs = Self.values(json["outputs"])
        for node in json["nodes"]?.array ?? [] {
            let type = node["op_type"]?.string ?? ""
            parts.append(Part(type: type.shortened, name: (node["name"]?.string ?? "").shortened, shape: ""))
            if !OperatorRegistry.has(type, domain: node["domain"]?.string ?? "") {
                add(problem: "operator \(type.shortened) is not supported")
            }
        }
    }

    private static func values(_ json: JSONValue?) -> [String] {
        (json?.array ?? []).map { value in
            let sizes = (value["shape"]?.array ?? []).map { $0.string ?? $0.int.map(String.init) ?? "?" }
            return "\(value["name"]?.string ?? "") \(value["dtype"]?.string ?? "")[\(sizes.joined(separator: ", "))]"
        }
    }
}
