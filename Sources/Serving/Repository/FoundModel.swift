import JSON
import ModelFormats

/// A model as it lies on disk.
struct FoundModel: Sendable {
    /// A directory with exactly one model.
    struct Version: Sendable {
        let number: Int
        /// Not `checked` when a link leads out of the repository: that concerns this version alone.
        let directory: Directory
    }

    let name: String
    /// Where `apus.toml` is.
    let directory: Directory
    /// Newest first.
    let versions: [Version]
    /// Whether the model file is in the directory itself, as version 1.
    let isFlat: Bool

    /// Looks what versions a directory of the repository has: directories named by an integer, or the model file
    /// itself, which counts as version 1.
    /// - Throws: `ServingError.modelName` or `.file`, also when there is no version but `needsVersion`.
    init(name: String, in repository: Directory, needsVersion: Bool = true) throws(ServingError) {
        guard Self.isName(name) else { throw .modelName(name) }
        self.name = name
        directory = try repository.directory(name)
        var versions: [Version] = []
        var modelFiles: [String] = []
        var otherDirectories: [String] = []
        for entry in try directory.names() {
            if let number = Self.versionNumber(entry), directory.hasDirectory(entry) {
                let version = (try? directory.directory(entry)) ?? directory.uncheckedDirectory(entry)
                versions.append(Version(number: number, directory: version))
            } else if directory.hasDirectory(entry) {
                otherDirectories.append(entry)
            } else if ModelLoader.isModel(entry), directory.hasFile(entry) {
                modelFiles.append(entry)
            }
        }
        if let file = modelFiles.first {
            guard versions.isEmpty else {
                throw .file("\(name)/\(file)", reason: "stands beside version directories; move it into one of them")
            }
            versions = [Version(number: 1, directory: directory)]
        }
        isFlat = !modelFiles.isEmpty
        guard !versions.isEmpty || !needsVersion else {
            let found = otherDirectories.first.map { "the directory \"\($0)\", whose name is no integer from 1 on" }
            throw .file(
                name,
                reason: "expected a version directory such as \(name)/1 or a model file, found \(found ?? "neither")")
        }
        self.versions = versions.sorted { $0.number > $1.number }
    }

    /// What is on disk of a version and of the model's settings.
    func fingerprint(of version: Version) -> DirectoryFingerprint {
        DirectoryFingerprint(version.directory.path, "\(directory.path)/apus.toml", in: directory)
    }

    /// Whether a model may have that name: 1 to 128 of A-Z a-z 0-9 . _ - and no leading dot.
    static func isName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.allSatisfy(\.isNameCharacter)
    }

    /// The number a directory's name stands for: decimal, at least 1, without a sign or leading zeros.
    static func versionNumber(_ name: String) -> Int? {
        guard let number = Int(name), number >= 1, String(number) == name else { return nil }
        return number
    }
}
