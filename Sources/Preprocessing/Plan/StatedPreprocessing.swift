package import JSON

/// Preprocessing that people state with a model instead of fitting it: the table `[preprocessing]` of an `apus.toml`.
///
/// Either a document as `preprocessing.json` has it, told by its `input`, or short words for what most models want:
///
///     kind = "image"; shape = [28, 28, 1]   # what a row is; the model's own shape without it
///     grayscale, color_order, resize        # images
///     invert = "auto"                       # dark on light becomes light on dark, where the border is light
///     scale, offset, mean, std              # numbers, in this order
///     row_means = true                      # an image becomes the mean of each of its rows
///     files_only = true                     # numbers are the model's own input; only image files go through all this
///     layout = "channels_first"             # what the model wants
///     vocabulary, tokens, length, column    # a text becomes a row of tokens
///     one_hot, column                       # a value becomes one number a category
package struct StatedPreprocessing: Sendable, Equatable {
    /// The table as it was written.
    private let document: JSONValue
    /// Where it stands, for messages.
    private let path: String

    private enum Kind: String, CaseIterable { case tensor, image }
    private enum Invert: String, CaseIterable { case never, always, auto }
    private enum ColorOrder: String, CaseIterable { case rgb, bgr }
    private enum Layout: String, CaseIterable {
        case channelsLast = "channels_last"
        case channelsFirst = "channels_first"
    }

    /// Whether it is for image files alone, beside rows of numbers that are the model's own input.
    package var isForFilesOnly: Bool { document["files_only"]?.bool == true }

    package init(_ document: JSONValue, path: String) {
        self.document = document
        self.path = path
    }

    /// What it means for a model whose first input has rows of `sampleShape`, nil for a free size. Throws a `FieldError`
    /// that names the key.
    package func preprocessing(sampleShape: [Int?]) throws(FieldError) -> Preprocessing {
        var fields = try JSONFields(document, path: path)
        if fields.has("input") {
            let members = (document.members ?? []).filter { $0.name != "version" && $0.name != "files_only" }
            do throws(FieldError) {
                return try Preprocessing(json: .object([JSONMember("version", 1)] + members))
            } catch {
                throw error.inside(path)
            }
        }
        let isForFilesOnly = try fields.bool("files_only") ?? false
        let result: Preprocessing
        if fields.has("vocabulary") {
            result = try tokens(&fields, sampleShape)
        } else if fields.has("one_hot") {
            result = try oneHot(&fields)
        } else {
            result = try numbers(&fields, sampleShape)
        }
        try fields.finish()
        if isForFilesOnly {
            guard case .image = result.input else {
                throw FieldError(path: fields.path(of: "files_only"), expected: "kind = \"image\"", found: "true")
            }
        }
        return result
    }

    private func tokens(_ fields: inout JSONFields, _ shape: [Int?]) throws(FieldError) -> Preprocessing {
        let name = try fields.string("column") ?? "text"
        let unit = try fields.string("tokens") ?? TokenEncoding.Unit.words.rawValue
        let length = try fields.integer("length", in: 1...TokenEncoding.maximumLength) ?? shape.first?.flatMap(\.self)
        let members: JSONValue = [
            "unit": .string(unit), "length": try fields.required("length", length.map { .integer($0) }),
            "vocabulary": try fields.required("vocabulary", fields.value("vocabulary")),
        ]
        var inner = try JSONFields(members, path: path)
        let encoding = try TokenEncoding(&inner)
        return Preprocessing(columns: [TableColumn(name: name, encoding: .tokens(encoding))])
    }

    private func oneHot(_ fields: inout JSONFields) throws(FieldError) -> Preprocessing {
        let name = try fields.string("column") ?? "value"
        let members: JSONValue = ["categories": try fields.required("one_hot", fields.value("one_hot"))]
        var inner = try JSONFields(members, path: path)
        return Preprocessing(columns: [TableColumn(name: name, encoding: .oneHot(try CategoryEncoding(&inner)))])
    }

    private func numbers(_ fields: inout JSONFields, _ sample: [Int?]) throws(FieldError) -> Preprocessing {
        let isFirst = try fields.choice("layout", of: Layout.self) == .channelsFirst
        let kind = try fields.choice("kind", of: Kind.self) ?? .tensor
        let shape = try rawShape(&fields, sample, isFirst: isFirst)
        guard kind == .tensor || shape.count == 3 else {
            throw FieldError(
                path: fields.path(of: "shape"), expected: "[height, width, channels]", found: "\(shape)")
        }
        var steps: [JSONValue] = []
        if try fields.choice("color_order", of: ColorOrder.self) == .bgr { steps.append(["step": "reverse_colors"]) }
        if let size = try fields.integers("resize", in: 1...65_535) {
            guard size.count == 2 else { throw fields.error("resize", "[height, width]", JSONValue(size)) }
            steps.append(["step": "resize", "height": .integer(size[0]), "width": .integer(size[1])])
        }
        if try fields.bool("grayscale") ?? false { steps.append(["step": "grayscale"]) }
        if let inversion = try fields.choice("invert", of: Invert.self), inversion != .never {
            steps.append(["step": "invert", "when": .string(inversion.rawValue)])
        }
        if let step = try scale(&fields) { steps.append(step) }
        if let step = try normalisation(&fields) { steps.append(step) }
        if try fields.bool("row_means") ?? false { steps.append(["step": "row_means"]) }
        if isFirst { steps.append(["step": "channels_first"]) }
        let input: JSONValue =
            kind == .tensor
            ? ["kind": "tensor", "shape": JSONValue(shape)]
            : [
                "kind": "image", "height": .integer(shape[0]), "width": .integer(shape[1]),
                "channels": .integer(shape[2]),
            ]
        do throws(FieldError) {
            return try Preprocessing(json: ["version": 1, "input": input, "steps": .array(steps)])
        } catch {
            throw error.inside(path)
        }
    }

    /// The shape of a row: the one that is stated, or the model's.
    private func rawShape(
        _ fields: inout JSONFields, _ sample: [Int?], isFirst: Bool
    ) throws(FieldError) -> [Int] {
        if let shape = try fields.integers("shape", in: 1...Preprocessing.maximumElementCount) {
            try Preprocessing.check(shape, fields.path(of: "shape"))
            return shape
        }
        let sizes = sample.compactMap(\.self)
        guard sizes.count == sample.count, !sizes.isEmpty else {
            throw FieldError(
                path: fields.path(of: "shape"), expected: "the shape of a row, as a size of the model's input is free",
                found: "none")
        }
        return isFirst ? Array(sizes.dropFirst()) + [sizes[0]] : sizes
    }

    private func scale(_ fields: inout JSONFields) throws(FieldError) -> JSONValue? {
        let factor = try fields.number("scale", in: -1e30...1e30)
        let offset = try fields.number("offset", in: -1e30...1e30)
        guard factor != nil || offset != nil else { return nil }
        return ["step": "scale", "factor": .number(factor ?? 1), "offset": .number(offset ?? 0)]
    }

    private func normalisation(_ fields: inout JSONFields) throws(FieldError) -> JSONValue? {
        let mean = try fields.numbers("mean")
        let deviation = try fields.numbers("std")
        guard mean != nil || deviation != nil else { return nil }
        let count = max(mean?.count ?? 1, deviation?.count ?? 1)
        let centers = mean ?? [Double](repeating: 0, count: count)
        let deviations = deviation ?? [Double](repeating: 1, count: count)
        guard centers.count == deviations.count, deviations.allSatisfy({ $0 > 0 && (1 / $0).isFinite }) else {
            throw FieldError(
                path: fields.path(of: "std"), expected: "as many numbers as means, \(centers.count), above 0",
                found: "\(deviations)")
        }
        return [
            "step": "normalise", "center": JSONValue(centers), "factor": JSONValue(deviations.map { 1 / $0 }),
        ]
    }
}
