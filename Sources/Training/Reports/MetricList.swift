package import JSON

/// Named figures in the order in which people read them.
package struct MetricList: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One figure.
    package struct Entry: Sendable, Equatable {
        package let name: String
        package let value: Double
    }

    package private(set) var entries: [Entry]

    package init(_ entries: [(String, Double)] = []) {
        self.entries = entries.map { Entry(name: $0.0, value: $0.1) }
    }

    package init(dictionaryLiteral elements: (String, Double)...) { self.init(elements) }

    /// The value of a name; setting replaces it in its place or adds it at the end.
    package subscript(name: String) -> Double? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index] = Entry(name: name, value: value)
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The same figures under longer names: of a split `test`, `accuracy` is `test_accuracy`.
    package func prefixed(_ prefix: String) -> MetricList {
        MetricList(entries.map { ("\(prefix)_\($0.name)", $0.value) })
    }

    /// These figures and others after them.
    package static func + (first: MetricList, second: MetricList) -> MetricList {
        second.entries.reduce(into: first) { $0[$1.name] = $1.value }
    }

    /// An object; NaN and the infinities are null.
    package var json: JSONValue {
        .object(entries.map { JSONMember($0.name, JSONValue(finite: $0.value)) })
    }

    /// Reads an object of numbers; what is null is NaN.
    package init(json: JSONValue, path: String) throws(FieldError) {
        guard let members = json.members else {
            throw FieldError(path: path, expected: "an object", found: JSONFields.text(json))
        }
        entries = []
        for member in members {
            guard let value = member.value == .null ? Double.nan : member.value.double else {
                throw FieldError(
                    path: "\(path).\(member.name)", expected: "a number", found: JSONFields.text(member.value))
            }
            entries.append(Entry(name: member.name, value: value))
        }
    }
}
