/// Stores images by class.
struct ImageImport {
    private let members: MemberFiles
    private let names: [String]

    init(_ members: MemberFiles, names: [String]) throws(DatasetError) {
        self.members = members
        self.names = names
    }

    func write(into directory: String) throws(DatasetError) -> DatasetWriter {
        throw .source("the archive", line: nil, column: nil, expected: "an npz", found: "images")
    }
}
