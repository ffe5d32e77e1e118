import Graphs
import JSON
import Tensors

extension FileContents {
    /// A file of tensors: a native model when `architecture.json` lies beside it.
    init(tensors path: String, format: String) throws(ModelFormatError) {
        self.init(format: format)
        let file: any TensorFile
        do throws(ModelFormatError) {
            file = try TensorFiles.open(path: path)
        } catch {
            // A pickle of a module, for instance, says what to do about it.
            if case .unreadable = error { throw error }
            guard format == "pytorch" else { throw error }
            isModel = true
            add(problem: "\(error)")
            return
        }
        for entry in file.entries {
            tensors.append(
                Entry(
                    name: entry.name, dtype: "\(entry.encoding)", shape: entry.shape.dimensions,
                    byteCount: entry.shape.elementCount * entry.encoding.byteCount))
        }
        for (name, text) in ((file as? SafeTensorsFile)?.metadata ?? [:]).sorted(by: { $0.key < $1.key }) {
            facts.append(Fact(name, text))
        }
        guard let json = try BundleFile.json(BundleFile.architecture, in: path.directoryPath) else {
            add(problem: "\(BundleFile.architecture) is missing, which says what the tensors are for")
            return
        }
        if format == "safetensors" { self.format = "native" }
        isModel = true
        readArchitecture(json, file: file)
    }

    /// An `architecture.json` by itself: the layers and the tensors that they want.
    init(architecture path: String) throws(ModelFormatError) {
        self.init(format: "architecture")
        guard let json = try BundleFile.json(path.lastPathComponent, in: path.directoryPath) else {
            throw .unreadable(file: path.lastPathComponent, reason: "No such file or directory")
        }
        readArchitecture(json, file: nil)
    }

    /// Takes in the layers or nodes, and compares their tensors with those that are there.
    private mutating func readArchitecture(_ json: JSONValue, file: (any TensorFile)?) {
        guard !GraphFormReader.reads(json) else { return readGraph(json) }
        let architecture: Architecture
        do throws(FieldError) {
            architecture = try Architecture(json: json)
        } catch {
            return add(problem: "\(ModelFormatError(error, part: BundleFile.architecture))")
        }
        facts.insert(Fact("name", architecture.name), at: 0)
        takeArchitecture(architecture)
        compare(architecture, with: file)
    }

    /// Takes in the inputs, outputs and layers.
    mutating func takeArchitecture(_ architecture: Architecture) {
        inputs = architecture.inputs.map { "\($0.name) \(Self.text($0.shape))" }
        if architecture.hasLengths { inputs.append("\(Architecture.lengthsName) float32[batch]") }
        outputs = zip(architecture.outputNames, architecture.outputShapes).map { "\($0) \(Self.text($1))" }
        parts = architecture.layers.map { Part(type: $0.type, name: $0.name, shape: "\($0.output)") }
    }

    /// Compares the tensors that the layers want with those that are there; without a file they are all that there is.
    private mutating func compare(_ architecture: Architecture, with file: (any TensorFile)?) {
        let wanted = architecture.fileTensorShapes
        guard let file else {
            tensors = wanted.map { name, shape in
                Entry(name: name, dtype: "float32", shape: shape.dimensions, byteCount: 4 * shape.elementCount)
            }
            return
        }
        do throws(ModelFormatError) {
            try architecture.checkFileTensors(file.entries)
        } catch {
            addMismatches(wanted)
            if problems.isEmpty { add(problem: "\(error)") }
        }
    }

    /// Everything that differs, where the file has the names that the architecture has.
    private mutating func addMismatches(_ wanted: [(name: String, shape: Shape)]) {
        let names = Set(wanted.map(\.name))
        guard tensors.contains(where: { names.contains($0.name) }) else { return }
        for (name, shape) in wanted {
            guard let entry = tensors.first(where: { $0.name == name }) else {
                add(problem: "tensor \(name.quoted): expected shape \(shape), found none")
                continue
            }
            if entry.shape != shape.dimensions {
                add(problem: "tensor \(name.quoted): expected shape \(shape), found \(entry.shape)")
            }
        }
        for entry in tensors where !names.contains(entry.name) {
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
