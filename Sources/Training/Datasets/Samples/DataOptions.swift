package import JSON

/// What a request says about its data: the target, and the rows that are held out.
///
///     {"target": "price"}
///     {"target": {"columns": ["x", "y"], "type": "regression"}, "splits": {"validation": 0.2, "test": 0, "seed": 7}}
///     {"sizes": {"source.time": 9, "target.time": 7}}
///
/// A dataset that has no rows of its own for validation and testing gives a tenth of its training rows for each. One
/// that has only one of these keeps its training rows together, unless a fraction is asked for or `needsValidation` is
/// set.
package struct DataOptions: Sendable, Equatable {
    /// What a model learns to predict.
    package enum Task: String, Sendable, CaseIterable {
        /// One of several classes.
        case classification
        /// Numbers.
        case regression
        /// One of two classes, by one number 0 or 1.
        case binary
    }

    /// The fraction that is held out when nothing is said.
    static let defaultFraction = 0.1

    /// The columns of the target; nil takes the dataset's default.
    package var target: [String]?
    /// Nil decides by the values: texts and few different whole numbers are classes.
    package var task: Task?
    /// Fractions of the training rows; nil takes the default.
    package var validation: Double?
    package var test: Double?
    /// Of the choice of held-out rows.
    package var seed: UInt64 = 0
    /// Whether every class gives its share of held-out rows.
    package var isStratified = true
    /// Whether held-out rows are chosen at random and not the last ones; nil: at random, except for windows of a
    /// series.
    package var isShuffled: Bool?
    /// The free sizes of a model of several inputs by name, where the data cannot tell: those that are left out are all
    /// the same.
    package var sizes: [String: Int] = [:]
    /// Whether validation rows have to be there, for early stopping or to decide about publishing.
    package var needsValidation = false

    /// The defaults.
    package init() {}

    /// Reads the data part of a request; null gives the defaults.
    package init(json: JSONValue) throws(FieldError) {
        guard json != .null else { return }
        var fields = try JSONFields(json)
        if let value = fields.value("target") {
            if let name = value.string { target = [name] } else { try readTarget(value) }
        }
        if var splits = try fields.fields("splits") {
            validation = try splits.number("validation", in: 0...0.9)
            test = try splits.number("test", in: 0...0.9)
            seed = UInt64(try splits.integer("seed", in: 0...Int.max) ?? 0)
            isStratified = try splits.bool("stratify") ?? true
            isShuffled = try splits.bool("shuffle")
            try splits.finish()
            guard (validation ?? 0) + (test ?? 0) < 1 else {
                throw FieldError(path: "splits", expected: "fractions below 1 together", found: "more")
            }
        }
        if var named = try fields.fields("sizes") {
            for member in fields.value("sizes")?.members ?? [] {
                sizes[member.name] = try named.integer(member.name, in: 1...Int(Int32.max))
            }
        }
        try fields.finish()
    }

    private mutating func readTarget(_ value: JSONValue) throws(FieldError) {
        if value.array != nil {
            var fields = try JSONFields(.object([JSONMember("target", value)]))
            target = try fields.strings("target")
        } else {
            var fields = try JSONFields(value, path: "target")
            let column = try fields.string("column")
            target = try fields.strings("columns") ?? column.map { [$0] }
            if column != nil, fields.has("columns") {
                throw FieldError(path: "target.columns", expected: "nothing beside a column", found: "a list")
            }
            task = try fields.choice("type", of: Task.self)
            try fields.finish()
        }
        if target?.isEmpty == true {
            throw FieldError(path: "target", expected: "a column at least", found: "none")
        }
    }

    /// As a request has it.
    package var json: JSONValue {
        var aim: [JSONMember] = []
        if let target { aim.append(JSONMember("columns", JSONValue(target))) }
        if let task { aim.append(JSONMember("type", .string(task.rawValue))) }
        var splits: [JSONMember] = []
        if let validation { splits.append(JSONMember("validation", .number(validation))) }
        if let test { splits.append(JSONMember("test", .number(test))) }
        splits.append(JSONMember("seed", .integer(Int(clamping: seed))))
        splits.append(JSONMember("stratify", .bool(isStratified)))
        if let isShuffled { splits.append(JSONMember("shuffle", .bool(isShuffled))) }
        var members = aim.isEmpty ? [] : [JSONMember("target", .object(aim))]
        members.append(JSONMember("splits", .object(splits)))
        if !sizes.isEmpty {
            let sizes = sizes.sorted { $0.key < $1.key }.map { JSONMember($0.key, .integer($0.value)) }
            members.append(JSONMember("sizes", .object(sizes)))
        }
        return .object(members)
    }
}
