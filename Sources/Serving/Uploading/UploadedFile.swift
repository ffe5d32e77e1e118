/// A file that was sent as a part of a version.
package struct UploadedFile: Sendable, Equatable {
    /// The path in the version's directory, as it was sent.
    package let name: String
    package let contents: ArraySlice<UInt8>

    package init(name: String, contents: ArraySlice<UInt8>) {
        self.name = name
        self.contents = contents
    }
}
