import Graphs
import JSON
import Preprocessing
import Serving
import Tensors

/// Makes the request of inputs that come as whole tensors, in any order.
struct TensorAssembler {
    let version: ModelVersion
    let limits: APILimits

    /// - Throws: `APIError.field`, `.instance`, `.tensor` or `.serving`, naming the input.
    func request(_ tensors: [InputTensor], _ conditions: RequestConditions) throws(APIError) -> InferenceRequest {
        guard !tensors.isEmpty else {
            throw .field(FieldError(path: "inputs", expected: "at least one tensor", found: "none"))
        }
        for tensor in tensors {
            guard let rows = tensor.shape.first, rows > 0 else {
                throw .field(
                    FieldError(path: tensor.shapePath, expected: "at least one row in front", found: "\(tensor.shape)"))
            }
            guard rows <= limits.maximumRows || tensor.mayBeRow else {
                throw .tensor(.tooManyRows(path: tensor.place, limit: limits.maximumRows))
            }
        }
        if tensors.count == 1, case .bytes = tensors[0].values, let images = version.imagePreprocessing {
            return try prepared(try only(tensors), images, conditions)
        }
        guard let preprocessing = version.preprocessing else { return try plain(tensors, conditions) }
        if case .table(let columns) = preprocessing.preprocessing.input {
            return try table(tensors, columns, preprocessing, conditions)
        }
        return try prepared(try only(tensors), preprocessing, conditions)
    }

    // MARK: Without preprocessing

    private func plain(_ tensors: [InputTensor], _ conditions: RequestConditions) throws(APIError) -> InferenceRequest {
        let ordered = try ordered(tensors)
        var storages: [AlignedStorage] = []
        var shapes: [Shape] = []
        var rows: Int?
        for (tensor, signature) in zip(ordered, version.inputs) {
            guard case .floats(let storage) = tensor.values else {
                throw textError(tensor)
            }
            let (count, sample) = tensor.rows(of: signature.sampleDimensions)
            guard rows ?? count == count else {
                throw .field(
                    FieldError(
                        path: tensor.shapePath, expected: "\(rows ?? 0) rows as the other inputs have",
                        found: "\(count)"))
            }
            rows = count
            storages.append(storage)
            shapes.append(Shape(sample))
        }
        return try APIError.serving { () throws(ServingError) in
            try InferenceRequest(
                version: version, rows: rows ?? 0, inputs: storages,
                bindings: try version.freeSizes.bindings(sampleShapes: shapes), priority: conditions.priority,
                deadline: conditions.deadline, isCancelled: conditions.isCancelled)
        }
    }

    /// The tensors in the order of the model's inputs.
    private func ordered(_ tensors: [InputTensor]) throws(APIError) -> [InputTensor] {
        if tensors.count == 1, tensors[0].name.isEmpty, version.inputs.count == 1 { return tensors }
        let names = version.inputs.map(\.name)
        try checkNames(tensors, names)
        return try names.map { name throws(APIError) in
            guard let tensor = tensors.first(where: { $0.name == name }) else {
                throw .field(
                    FieldError(
                        path: "inputs", expected: "the inputs \(Self.list(names))", found: "none named \"\(name)\""))
            }
            return tensor
        }
    }

    private func checkNames(_ tensors: [InputTensor], _ names: [String]) throws(APIError) {
        var seen: Set<String> = []
        for tensor in tensors {
            guard names.contains(tensor.name) else {
                throw .field(
                    FieldError(
                        path: tensor.namePath, expected: "one of the model's inputs \(Self.list(names))",
                        found: tensor.name.isEmpty ? "one without a name" : "\"\(tensor.name.prefix(80))\""))
            }
            guard seen.insert(tensor.name).inserted else {
                throw .field(
                    FieldError(path: tensor.namePath, expected: "each input once", found: "\"\(tensor.name)\" twice"))
            }
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    }

    // MARK: With preprocessing

    private func only(_ tensors: [InputTensor]) throws(APIError) -> InputTensor {
        let name = version.inputs[0].name
        if tensors.count == 1, tensors[0].name.isEmpty { return tensors[0] }
        try checkNames(tensors, [name])
        return tensors[0]
    }

    private func prepared(
        _ tensor: InputTensor, _ preprocessing: RowPreprocessing, _ conditions: RequestConditions
    ) throws(APIError) -> InferenceRequest {
        var rows = PreparedRows(
            version: version, rowPreprocessing: preprocessing, limits: limits, field: tensor.place)
        switch (tensor.values, preprocessing.preprocessing.input) {
        case (.bytes(let files), .image):
            for file in files.map(Self.file) {
                unsafe try rows.append { preprocessing, number, base throws(PreprocessingError) in
                    try unsafe preprocessing.apply(file: file, number: number, into: base)
                    return 1
                }
            }
        case (.bytes, _):
            throw textError(tensor)
        case (.floats(let storage), .sequence(let form)) where form.padding != nil:
            try append(tensor, storage, form, to: &rows)
        case (.floats(let storage), _):
            let shape = preprocessing.preprocessing.input.numericShape ?? []
            return try numbers(tensor, storage, shape, preprocessing, rows.limits, conditions)
        }
        return try APIError.serving { () throws(ServingError) in try rows.request(conditions) }
    }

    /// A file that came as it is or in base64, the only form that JSON has for it.
    private static func file(_ bytes: [UInt8]) -> [UInt8] {
        guard unsafe bytes.withUnsafeBytes({ unsafe BodyFormat.mediaType(ofFile: $0) }) == nil,
            let text = String(validating: bytes, as: UTF8.self), let file = Base64.decode(text)
        else { return bytes }
        return file
    }

    private func numbers(
        _ tensor: InputTensor, _ storage: AlignedStorage, _ shape: [Int], _ preprocessing: RowPreprocessing,
        _ limits: TensorLimits, _ conditions: RequestConditions
    ) throws(APIError) -> InferenceRequest {
        let (rows, sample) = tensor.rows(of: shape.map { $0 })
        guard sample == shape else { throw shapeError(tensor, "rows of \(Shape(shape))") }
        guard rows <= limits.maximumRows else {
            throw .tensor(.tooManyRows(path: tensor.place, limit: limits.maximumRows))
        }
        return try APIError.serving { () throws(ServingError) in
            try unsafe preprocessing.request(version, rows: rows, raw: storage.floats, conditions)
        }
    }

    /// Sequences that are filled up: [rows, steps, features], or [rows, steps] of one feature.
    private func append(
        _ tensor: InputTensor, _ storage: AlignedStorage, _ form: SequenceForm, to rows: inout PreparedRows
    ) throws(APIError) {
        let shape = tensor.shape
        guard shape.count == 3 && shape[2] == form.features || shape.count == 2 && form.features == 1, shape[1] > 0
        else { throw shapeError(tensor, "rows of [steps, \(form.features)]") }
        let size = shape[1] * form.features
        for row in 0..<shape[0] {
            unsafe try rows.append { preprocessing, number, base throws(PreprocessingError) in
                let numbers = unsafe UnsafeBufferPointer(start: storage.floats + row * size, count: size)
                return try unsafe preprocessing.apply(sequence: numbers, number: number, into: base)
            }
        }
    }

    /// One tensor for each column, or all columns of numbers in one.
    private func table(
        _ tensors: [InputTensor], _ columns: [TableColumn], _ preprocessing: RowPreprocessing,
        _ conditions: RequestConditions
    ) throws(APIError) -> InferenceRequest {
        let names = columns.map(\.name)
        var rows = PreparedRows(
            version: version, rowPreprocessing: preprocessing, limits: limits, field: "inputs")
        let isWhole = tensors.count == 1 && !names.contains(tensors[0].name)
        let places: [Int?]
        if isWhole {
            guard tensors[0].shape.count == 2, tensors[0].shape[1] == names.count else {
                throw shapeError(tensors[0], "rows of \(names.count) values (\(Self.list(names)))")
            }
            places = names.indices.map { $0 }
        } else {
            try checkNames(tensors, names + preprocessing.preprocessing.ignoredColumns)
            for tensor in tensors
            where tensor.shape != [tensors[0].shape[0]] && tensor.shape != [tensors[0].shape[0], 1] {
                throw shapeError(tensor, "[\(tensors[0].shape[0]), 1], as many rows as \"\(tensors[0].name)\" has")
            }
            places = names.map { name in tensors.firstIndex { $0.name == name } }
        }
        for row in 0..<tensors[0].shape[0] {
            let cells = try places.map { place throws(APIError) -> Cell in
                guard let place else { return .missing }
                return try isWhole
                    ? tensors[0].cell(row * names.count + place) : tensors[place].cell(row)
            }
            unsafe try rows.append { preprocessing, number, base throws(PreprocessingError) in
                try unsafe preprocessing.apply(cells: cells, number: number, into: base)
                return 1
            }
        }
        return try APIError.serving { () throws(ServingError) in try rows.request(conditions) }
    }

    private func textError(_ tensor: InputTensor) -> APIError {
        let expected =
            "numbers, because the model says nothing of images; to take them as well, its apus.toml needs "
            + "[preprocessing] with kind = \"image\", files_only = true and what the model wants of pixels 0...255, "
            + "such as shape = [28, 28, 1] and scale = 0.00392157"
        return .field(
            FieldError(
                path: tensor.datatypePath, expected: expected, found: tensor.place == "body" ? "an image" : "BYTES"))
    }

    private func shapeError(_ tensor: InputTensor, _ expected: String) -> APIError {
        .field(FieldError(path: tensor.shapePath, expected: expected, found: "\(Shape(tensor.shape))"))
    }
}

extension APIError {
    /// Does what the serving core may refuse.
    static func serving<Value>(_ body: () throws(ServingError) -> Value) throws(APIError) -> Value {
        do throws(ServingError) { return try body() } catch { throw .serving(error) }
    }
}
