import JSON
import ModelFormats

/// The files beside a model that belong to it.
struct ModelCompanions {
    /// By name.
    let files: [String: [UInt8]]

    /// Largest of them. Bytes.
    private static let maximumByteCount = 64 << 20
    private static let names = [BundleFile.card, BundleFile.preprocessing, BundleFile.golden, BundleFile.example]

    /// Reads those of a version's directory; a model file by itself has none.
    init(_ path: String) throws(DaemonError) {
        var files: [String: [UInt8]] = [:]
        if Files.isDirectory(path) {
            for name in Self.names where Files.exist("\(path)/\(name)") {
                do throws(FileRefusal) {
                    files[name] = try Files.bytes(of: "\(path)/\(name)", limit: Self.maximumByteCount)
                } catch {
                    throw .file("\(path)/\(name)", reason: error.reason)
                }
            }
        }
        self.files = files
    }

    /// What a format has no place for.
    func leftOut(by target: ConversionTarget) -> [String] {
        files.keys.sorted().map { "\($0): \(target.rawValue) has no place for it; a directory takes it along" }
    }
}
