import JSON
import TestSupport

/// The answer to a predict request, read back.
struct Predictions: Equatable {
    /// One list for each row.
    var rows: [[Float]]
    var modelName: String
    var modelVersion: String
    var classes: [String]

    init?(_ response: Response?) {
        guard let response, response.status == 200 else { return nil }
        var result = Predictions(rows: [], modelName: "", modelVersion: "", classes: [])
        let isRead = response.body.withUnsafeBytes { bytes -> Bool in
            var reader = JSONReader(bytes)
            do {
                try reader.beginObject()
                while let key = try reader.nextKey() { try result.read(key, &reader) }
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
        guard isRead else { return nil }
        self = result
    }

    private init(rows: [[Float]], modelName: String, modelVersion: String, classes: [String]) {
        self.rows = rows
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.classes = classes
    }

    private mutating func read(_ key: String, _ reader: inout JSONReader) throws {
        switch key {
        case "predictions":
            try reader.beginArray()
            while try reader.nextElement() {
                var row = [Float]()
                try reader.beginArray()
                while try reader.nextElement() { row.append(try reader.readFloat()) }
                rows.append(row)
            }
        case "classes":
            try reader.beginArray()
            while try reader.nextElement() { classes.append(try reader.readString()) }
        case "model_name": modelName = try reader.readString()
        case "model_version": modelVersion = try reader.readString()
        default: try reader.skipValue()
        }
    }
}
