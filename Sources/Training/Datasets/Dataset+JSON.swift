package import JSON
import ModelFormats

extension Dataset {
    private static let formatVersion = 1
    /// Most bytes of a `dataset.json`.
    private static let maximumByteCount = 64 << 20

    /// Reads the description in a directory.
    init(directory: String) throws(DatasetError) {
        let name = directory.lastPathComponent
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(directory + "/dataset.json", limit: Self.maximumByteCount)
        } catch {
            throw .damaged(name: name, reason: "\(error)")
        }
        do {
            try self.init(json: JSONValue(parsing: bytes), directory: directory)
        } catch {
            throw .damaged(name: name, reason: "dataset.json: \(error)")
        }
    }

    private init(json: JSONValue, directory: String) throws(FieldError) {
        var fields = try JSONFields(json)
        _ = try fields.required("version", fields.integer("version", in: 1...Self.formatVersion))
        name = try fields.required("name", fields.string("name"))
        format = try fields.required("format", fields.choice("format", of: DatasetFormat.self))
        digest = try fields.required("digest", fields.string("digest"))
        byteCount = try fields.required("bytes", fields.integer("bytes", in: 0...Int.max))
        features = try fields.value("features").map { value throws(FieldError) in
            try DatasetFeatures(json: value, path: "features")
        }
        var columns: [DatasetColumn] = []
        for (index, value) in (try fields.array("columns") ?? []).enumerated() {
            columns.append(try DatasetColumn(json: value, path: "columns[\(index)]"))
        }
        self.columns = columns
        var rows = try fields.required("rows", fields.fields("rows"))
        var rowCounts: [Split: Int] = [:]
        for split in Split.allCases { rowCounts[split] = try rows.integer(split.rawValue, in: 1...(1 << 40)) }
        try rows.finish()
        self.rowCounts = rowCounts
        report = fields.value("report") ?? .null
        try fields.finish()
        self.directory = directory
    }

    /// The description, as it is stored and as clients see it.
    package var json: JSONValue {
        var members: [JSONMember] = [
            JSONMember("version", .integer(Self.formatVersion)), JSONMember("name", .string(name)),
            JSONMember("format", .string(format.rawValue)), JSONMember("digest", .string(digest)),
            JSONMember("bytes", .integer(byteCount)),
        ]
        if let features { members.append(JSONMember("features", features.json)) }
        members.append(JSONMember("columns", .array(columns.map(\.json))))
        let rows = Split.allCases.compactMap { split in
            rowCounts[split].map { JSONMember(split.rawValue, .integer($0)) }
        }
        members.append(JSONMember("rows", .object(rows)))
        members.append(JSONMember("report", report))
        return .object(members)
    }
}
