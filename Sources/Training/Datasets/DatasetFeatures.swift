package import JSON

/// What the rows of a dataset hold besides the columns of its table.
package enum DatasetFeatures: Sendable, Equatable {
    /// How numbers are stored.
    package enum Storage: String, Sendable, CaseIterable {
        case uint8, float32

        /// Bytes of one number.
        var byteCount: Int { self == .uint8 ? 1 : 4 }
    }

    /// Numbers of one shape; `isPixels` says that they are whole numbers 0...255 in the shape of images.
    case tensor(shape: [Int], storage: Storage, isPixels: Bool)
    /// float32 steps of `features` numbers; the longest sequence of all rows.
    case sequences(features: Int, longest: Int)
    /// PNG and JPEG files; the size of most.
    case images(height: Int, width: Int, channels: Int)

    private enum Kind: String, CaseIterable { case tensor, sequences, images }

    init(json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        switch try fields.required("kind", fields.choice("kind", of: Kind.self)) {
        case .tensor:
            self = .tensor(
                shape: try fields.required("shape", fields.integers("shape", in: 1...(1 << 32))),
                storage: try fields.required("storage", fields.choice("storage", of: Storage.self)),
                isPixels: try fields.bool("pixels") ?? false)
        case .sequences:
            self = .sequences(
                features: try fields.required("features", fields.integer("features", in: 1...65_536)),
                longest: try fields.required("longest", fields.integer("longest", in: 1...(1 << 32))))
        case .images:
            self = .images(
                height: try fields.required("height", fields.integer("height", in: 1...65_535)),
                width: try fields.required("width", fields.integer("width", in: 1...65_535)),
                channels: try fields.required("channels", fields.integer("channels", in: 1...3)))
        }
        try fields.finish()
    }

    /// As `dataset.json` has it.
    package var json: JSONValue {
        switch self {
        case .tensor(let shape, let storage, let isPixels):
            [
                "kind": "tensor", "shape": JSONValue(shape), "storage": .string(storage.rawValue),
                "pixels": .bool(isPixels),
            ]
        case .sequences(let features, let longest):
            ["kind": "sequences", "features": .integer(features), "longest": .integer(longest)]
        case .images(let height, let width, let channels):
            [
                "kind": "images", "height": .integer(height), "width": .integer(width), "channels": .integer(channels),
            ]
        }
    }
}
