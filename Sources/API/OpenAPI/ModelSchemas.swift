import Graphs
import JSON
import Preprocessing
import Serving
import Tensors

/// What a version takes and gives, as JSON Schema.
struct ModelSchemas {
    let version: ModelVersion

    // MARK: Requests

    /// One row of a predict request.
    var instance: JSONValue {
        if let preprocessing = version.preprocessing?.preprocessing { return Self.row(preprocessing) }
        let inputs = version.inputs.map { ($0.name, Self.numbers($0.sampleDimensions, Self.element($0.dtype))) }
        let object = Schema.request(required: inputs)
        guard inputs.count == 1 else { return object }
        let file = version.imagePreprocessing == nil ? [] : [Self.file]
        return Schema.any(of: [inputs[0].1, object] + file)
    }

    /// An image in base64.
    private static let file = Schema.request(required: [
        ("b64", ["type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"])
    ])

    /// Whole inputs of a predict request.
    var inputs: JSONValue {
        if case .table = version.preprocessing?.preprocessing.input { return ["type": "object"] }
        let rows: [(String, JSONValue)]
        if version.preprocessing != nil {
            rows = [(version.inputs[0].name, Schema.list(instance, minimum: 1))]
        } else {
            rows = version.inputs.map {
                ($0.name, Schema.list(Self.numbers($0.sampleDimensions, Self.element($0.dtype)), minimum: 1))
            }
        }
        let object = Schema.request(required: rows)
        return rows.count == 1 ? Schema.any(of: [rows[0].1, object]) : object
    }

    /// The body of a predict request.
    var predictRequest: JSONValue {
        APISchemas.predictRequest(rows: Schema.list(instance, minimum: 1), inputs: inputs)
    }

    /// A row of numbers in each form that is taken: sizes of 1 at its end may be left out, and it may be flat.
    private static func numbers(_ sizes: [Int?], _ element: JSONValue = Schema.float) -> JSONValue {
        var forms = [Schema.nested(sizes, of: element)]
        let short = Array(sizes.prefix(1)) + Array(sizes.dropFirst().reversed().drop { $0 == 1 }.reversed())
        if short.count < sizes.count { forms.append(Schema.nested(short, of: element)) }
        let fixed = sizes.compactMap(\.self)
        if short.count > 1, fixed.count == sizes.count {
            forms.append(Schema.list(element, count: fixed.reduce(1, *)))
        }
        return Schema.any(of: forms)
    }

    /// An element of an input.
    private static func element(_ dtype: DType) -> JSONValue { element(of: TensorDatatype(dtype)) }

    private static func row(_ preprocessing: Preprocessing) -> JSONValue {
        let isFilled = preprocessing.steps?.fillsMissing == true
        let number = isFilled ? Schema.optional(Schema.float) : Schema.float
        switch preprocessing.input {
        case .tensor(let shape): return numbers(shape.map(\.self))
        case .image(let height, let width, let channels):
            return Schema.any(of: [numbers([height, width, channels]), file])
        case .sequence(let form):
            let count = form.padding == nil ? form.length : nil
            let step = Schema.list(number, count: form.features)
            var forms = [Schema.list(step, count: count, minimum: 1)]
            if form.features == 1 { forms.append(Schema.list(number, count: count, minimum: 1)) }
            if form.stepsAreRows {
                forms.append(
                    Schema.list(
                        Schema.request(required: form.columns.map { ($0, number) }), count: count, minimum: 1))
            }
            return Schema.any(of: forms)
        case .table(let columns): return table(columns, ignored: preprocessing.ignoredColumns)
        }
    }

    private static func table(_ columns: [TableColumn], ignored: [String]) -> JSONValue {
        var required: [(String, JSONValue)] = []
        var others: [(String, JSONValue)] = []
        for column in columns {
            switch column.encoding {
            case .number(let encoding) where encoding.fill == nil: required.append((column.name, Schema.float))
            case .number: others.append((column.name, Schema.float))
            case .oneHot(let encoding), .index(let encoding):
                let known = encoding.categories.prefix(20).joined(separator: ", ")
                others.append((column.name, ["type": ["string", "number", "boolean"], "description": .string(known)]))
            case .tokens: others.append((column.name, Schema.string))
            }
        }
        return Schema.request(required: required, others + ignored.map { ($0, Schema.any) })
    }

    /// The body of a request of the Open Inference Protocol.
    var inferRequest: JSONValue {
        let interface = VersionInterface(version)
        let inputs = interface.tensors.map(Self.tensor)
        let outputs = version.outputs.map(\.name)
        return APISchemas.inferRequest(
            input: Schema.any(of: inputs), inputs: inputs.count, output: Schema.choice(outputs))
    }

    /// An element of a tensor in JSON.
    private static func element(of datatype: TensorDatatype) -> JSONValue {
        if let range = datatype.integerRange {
            return [
                "type": "integer", "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ]
        }
        switch datatype {
        case .bytes: return Schema.string
        case .bool: return Schema.any(of: [Schema.boolean, ["enum": [0, 1]]])
        default: return Schema.float
        }
    }

    private static func tensor(_ tensor: VersionInterface.Description) -> JSONValue {
        let sizes = tensor.shape.map { $0 < 0 ? Schema.integer(from: 1) : Schema.constant(.integer($0)) }
        // Sizes of 1 at the end may be left out or added.
        let needed = tensor.shape.lastIndex { $0 != 1 } ?? 0
        let shape: JSONValue = [
            "type": "array", "prefixItems": .array(sizes), "items": Schema.constant(1),
            "minItems": .integer(needed + 1), "maxItems": .integer(OpenInferenceInput.maximumRank),
        ]
        return Schema.request(
            required: [
                ("name", Schema.constant(.string(tensor.name))), ("shape", shape),
                ("datatype", Schema.constant(.string(tensor.datatype.rawValue))),
                ("data", Schema.list(element(of: tensor.datatype), minimum: 1)),
            ], [("parameters", Schema.map(Schema.any))])
    }

    // MARK: Answers

    /// The answer to a predict request.
    var predictResponse: JSONValue {
        let single = version.outputs.count == 1
        let named = version.outputs.map { ($0.name, Schema.nested($0.sampleDimensions, of: Schema.any)) }
        let row = single ? named[0].1 : Schema.object(named)
        let outputs =
            single ? Schema.list(row) : Schema.object(named.map { ($0.0, Schema.list($0.1)) })
        var members: [(String, JSONValue)] = [("predictions", Schema.list(row)), ("outputs", outputs)]
        if !version.classNames.isEmpty {
            members.append(("classes", Schema.list(Schema.choice(version.classNames))))
        }
        members.append(("top_k", Schema.list(Schema.list(APISchemas.topClass))))
        members.append(("model_name", Schema.constant(.string(version.modelName))))
        members.append(("model_version", Schema.string))
        return Schema.object(members, optional: ["predictions", "outputs", "classes", "top_k"])
    }
}
