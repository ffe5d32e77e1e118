package import JSON

/// How labels are kept in `labels.json`.
extension VersionLabels {
    /// Reads what `json` gave.
    package init(json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        let numbers = 1...Int.max
        newest = try fields.required("newest", fields.integer("newest", in: 0...Int.max))
        served = try fields.integers("served", in: numbers) ?? []
        let labels = try fields.required("labels", fields.value("labels"))
        var members = try JSONFields(labels, path: "labels")
        for name in members.names {
            guard FoundModel.isName(name) else {
                throw FieldError(path: "labels", expected: "names of A-Z a-z 0-9 . _ -", found: "\"\(name)\"")
            }
            versions[name] = try members.required(name, members.integer(name, in: numbers))
        }
        for (index, change) in (try fields.array("history") ?? []).enumerated() {
            history.append(try LabelChange(json: change, path: "history[\(index)]"))
        }
        try fields.finish()
        guard served.last == stable else {
            throw FieldError(
                path: "served", expected: "to end with the version that is labels.stable",
                found: served.last.map(String.init) ?? "an empty list")
        }
    }

    /// The document, with the labels in the order of their names.
    package var json: JSONValue {
        let labels = versions.sorted { $0.key < $1.key }.map { JSONMember($0.key, .integer($0.value)) }
        return [
            "newest": .integer(newest), "served": JSONValue(served), "labels": .object(labels),
            "history": .array(history.map(\.json)),
        ]
    }
}

extension LabelChange {
    fileprivate init(json: JSONValue, path: String) throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        label = try fields.required("label", fields.string("label"))
        version = try fields.integer("version", in: 1...Int.max)
        cause = try fields.required("cause", fields.choice("cause"))
        time = try fields.required("time", fields.number("time", in: 0...1e15))
        try fields.finish()
    }

    /// The change as an object of `label`, `version`, `cause` and `time`.
    package var json: JSONValue {
        [
            "label": .string(label), "version": version.map { .integer($0) } ?? .null,
            "cause": .string(cause.rawValue), "time": .number(time),
        ]
    }
}
