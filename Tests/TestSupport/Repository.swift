/// Where the tests find what the repository ships.
package enum Repository {
    /// The top folder, without a slash at the end.
    package static let root: String = {
        let file = #filePath
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()

    /// The models that are served when nothing else is said.
    package static var models: String { root + "/models" }

    /// The directory of one of them.
    package static func model(_ name: String) -> String { models + "/" + name }

    /// A file below Tests/Fixtures.
    package static func fixture(_ name: String) -> String { root + "/Tests/Fixtures/" + name }
}
