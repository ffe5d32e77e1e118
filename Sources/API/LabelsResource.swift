import HTTP
import JSON
import Serving

/// `/v1/models/{m}/labels`, `/v1/models/{m}/labels/{l}` and `/v1/models/{m}/rollback`: which version serves, and what
/// other names versions have. Reading is quick; `set`, `remove` and `rollBack` write files and may load a version.
struct LabelsResource: Sendable {
    let repository: ModelRepository

    /// Every label of a model, and how they changed.
    func list(_ name: String) throws(APIError) -> HTTPResponse {
        let labels = try labels(of: name)
        return .json { writer in
            writer.beginObject()
            writer.appendLabels(labels)
            writer.key("history")
            writer.append(JSONValue.array(labels.history.map(\.apiJSON)))
            writer.endObject()
        }
    }

    /// One label: its version, that version's status as TensorFlow Serving shows it, and how the label moved.
    func label(_ name: String, _ label: String) throws(APIError) -> HTTPResponse {
        let model: ModelSnapshot
        do { model = try repository.snapshot(of: name) } catch { throw .serving(error) }
        guard let number = model.labels.versions[label] else {
            let known = model.labels.versions.keys.sorted()
            throw .serving(.labelNotFound(model: name, label: label, known: known))
        }
        return .json { writer in
            writer.beginObject()
            writer.key("label")
            writer.append(label)
            writer.key("version")
            writer.append(String(number))
            writer.key("model_version_status")
            writer.beginArray()
            for status in model.statuses where status.version == number { writer.appendTensorFlowStatus(status) }
            writer.endArray()
            writer.key("history")
            writer.append(JSONValue.array(model.labels.history.filter { $0.label == label }.map(\.apiJSON)))
            writer.endObject()
        }
    }

    /// Gives a version a label: `{"version": 3}`. `stable` makes the version serve.
    func set(_ name: String, _ label: String, body: [UInt8]) throws(APIError) -> HTTPResponse {
        let number = try Self.version(in: body)
        do throws(ServingError) {
            try repository.set(label: label, of: name, to: number)
        } catch .versionNotFound {
            throw .reference(field: "version", .serving(.versionNotFound(model: name, version: number)))
        } catch {
            throw .serving(error)
        }
        return try self.label(name, label)
    }

    /// Takes a label away.
    func remove(_ name: String, _ label: String) throws(APIError) -> HTTPResponse {
        do { try repository.remove(label: label, of: name) } catch { throw .serving(error) }
        return HTTPResponse(status: .noContent)
    }

    /// Lets the version serve again that served before.
    func rollBack(_ name: String) throws(APIError) -> HTTPResponse {
        let number: Int
        let model: ModelSnapshot
        do { (number, model) = (try repository.rollback(name), try repository.snapshot(of: name)) } catch {
            throw .serving(error)
        }
        return .json { writer in
            writer.beginObject()
            writer.key("name")
            writer.append(name)
            writer.key("version")
            writer.append(String(number))
            writer.appendLabels(model.labels)
            if let unsaved = model.unsaved {
                writer.key("warning")
                writer.append(
                    "the rollback counts until the server ends, because it cannot be written down: \(unsaved)")
            }
            writer.endObject()
        }
    }

    private func labels(of name: String) throws(APIError) -> VersionLabels {
        do { return try repository.labels(of: name) } catch { throw .serving(error) }
    }

    /// A version's number is a string in answers, and may be one in requests.
    private static func version(in body: [UInt8]) throws(APIError) -> Int {
        do {
            var fields = try JSONFields(JSONValue(parsing: body))
            let value = try fields.required("version", fields.value("version"))
            try fields.finish()
            guard let number = value.int ?? value.string.flatMap({ Int($0) }), number >= 1 else {
                throw fields.error("version", "a number from 1 on", value)
            }
            return number
        } catch let error as FieldError {
            throw .field(error)
        } catch {
            throw .body("expected {\"version\": 3}, got no JSON: \(error)")
        }
    }
}

extension LabelChange {
    /// The change as the API shows it: version numbers are strings, as everywhere.
    var apiJSON: JSONValue {
        [
            "label": .string(label), "version": version.map { .string(String($0)) } ?? .null,
            "cause": .string(cause.rawValue), "time": .number(time),
        ]
    }
}

extension JSONWriter {
    /// The member `labels`: the version of each label.
    mutating func appendLabels(_ labels: VersionLabels) {
        key("labels")
        beginObject()
        for (label, number) in labels.versions.sorted(by: { $0.key < $1.key }) {
            key(label)
            append(String(number))
        }
        endObject()
    }
}
