package import JSON

/// What a worker has made.
package struct JobResult: Sendable, Equatable {
    /// The name of the bundle in the job's directory.
    package let bundle: String
    /// Whether it is to become a version by itself.
    package let isToBePublished: Bool
    /// Why, or why not, for people; may be empty.
    package let reason: String

    package init(bundle: String, isToBePublished: Bool, reason: String = "") {
        self.bundle = bundle
        self.isToBePublished = isToBePublished
        self.reason = reason
    }

    /// `{"bundle", "publish", "reason"}`; nil when a member is missing or the bundle's name is no plain name.
    package init?(_ value: JSONValue) {
        guard let bundle = value["bundle"]?.string, !bundle.isEmpty, !bundle.hasPrefix("."), !bundle.contains("/")
        else { return nil }
        self.init(
            bundle: bundle, isToBePublished: value["publish"]?.bool ?? false, reason: value["reason"]?.string ?? "")
    }

    /// The same as an object.
    package var json: JSONValue {
        ["bundle": .string(bundle), "publish": .bool(isToBePublished), "reason": .string(reason)]
    }
}
