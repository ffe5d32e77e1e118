import JSON
import Preprocessing

extension Preprocessing {
    /// Most categories of a column that are listed.
    private static let maximumCategories = 50

    /// What an instance of a predict request looks like, for people and programs that make them.
    var instancesJSON: JSONValue {
        var members: [JSONMember]
        switch input {
        case .tensor(let shape):
            members = [JSONMember("kind", "tensor"), JSONMember("shape", JSONValue(shape))]
        case .image(let height, let width, let channels):
            members = [
                JSONMember("kind", "image"), JSONMember("shape", JSONValue([height, width, channels])),
                JSONMember("form", "numbers as the data set has them, or {\"b64\": a PNG or JPEG file of any size}"),
            ]
        case .table(let columns):
            members = [
                JSONMember("kind", "table"),
                JSONMember("form", "an object by column name, or a list in the order of the columns"),
                JSONMember("columns", .array(columns.map(Self.json))),
            ]
        case .sequence(let form): members = Self.members(form)
        }
        if steps?.fillsMissing == true { members.append(JSONMember("missing", "null")) }
        return .object(members)
    }

    /// What image files a version takes that takes numbers as its model does.
    var filesJSON: JSONValue {
        var members = [
            JSONMember(
                "form",
                "a PNG or JPEG file of any size as the body, several in multipart/form-data, or {\"b64\": …} rows")
        ]
        if case .image(let height, let width, let channels) = input {
            members.append(JSONMember("shape", JSONValue([height, width, channels])))
        }
        return .object(members)
    }

    private static func members(_ form: SequenceForm) -> [JSONMember] {
        var members: [JSONMember] = [
            JSONMember("kind", "sequence"), JSONMember("steps", .integer(form.length)),
            JSONMember("features", .integer(form.features)),
        ]
        if let padding = form.padding {
            members.append(JSONMember("shorter", .string("filled up at the \(padding.side.rawValue)")))
            members.append(JSONMember("longer", "the last steps count"))
        }
        if !form.columns.isEmpty {
            members.append(JSONMember("columns", JSONValue(form.columns)))
            let object = form.stepsAreRows ? "a step" : "a row"
            members.append(JSONMember("form", .string("numbers, or \(object) as an object by column name")))
        }
        return members
    }

    private static func json(_ column: TableColumn) -> JSONValue {
        var members = [JSONMember("name", .string(column.name))]
        switch column.encoding {
        case .number(let encoding):
            members.append(JSONMember("type", "number"))
            members.append(JSONMember("required", .bool(encoding.fill == nil)))
        case .oneHot(let encoding), .index(let encoding):
            members.append(JSONMember("type", "category"))
            members.append(JSONMember("required", false))
            members.append(JSONMember("categories", JSONValue(Array(encoding.categories.prefix(maximumCategories)))))
            members.append(JSONMember("category_count", .integer(encoding.categories.count)))
        case .tokens:
            members.append(JSONMember("type", "text"))
            members.append(JSONMember("required", false))
        }
        return .object(members)
    }
}
