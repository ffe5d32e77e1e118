import JSON
import TestSupport

/// An error body, read back.
struct Problem {
    var type = "", title = "", detail = "", instance = "", error = "", code = "", field = ""
    var status = 0

    init?(_ response: Response) {
        let isRead = response.body.withUnsafeBytes { bytes -> Bool in
            var reader = JSONReader(bytes)
            do {
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    switch key {
                    case "type": type = try reader.readString()
                    case "title": title = try reader.readString()
                    case "detail": detail = try reader.readString()
                    case "instance": instance = try reader.readString()
                    case "error": error = try reader.readString()
                    case "code": code = try reader.readString()
                    case "field": field = try reader.readString()
                    case "status": status = try reader.readInt()
                    default: return false
                    }
                }
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
        guard isRead else { return nil }
    }
}
