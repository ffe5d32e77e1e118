import ModelFormats
import Preprocessing
import Tensors

/// Turns what was sent into the files of a dataset.
struct DatasetImport {
    private let source: DatasetSource
    private let format: DatasetFormat
    private let directory: String

    /// Looks at the first bytes when no format is given. The files go to an empty directory.
    init(source: DatasetSource, format: DatasetFormat?, directory: String) throws(DatasetError) {
        self.source = source
        self.directory = directory
        if source.isDirectory {
            self.format = .folder
            return
        }
        let first = try source.read(0..<min(source.byteCount, 4096))
        guard
            let found = format ?? DatasetFormat(fileName: source.name) ?? DatasetFormat(firstBytes: first),
            found != .folder
        else {
            throw .source(
                source.name, line: nil, column: nil,
                expected: "npz, npy, CSV, JSON lines or a zip of images or of these",
                found: first.isEmpty ? "nothing" : "another kind of file")
        }
        self.format = found
    }

    /// Writes the files.
    func run(name: String) throws(DatasetError) -> Dataset {
        let (writer, format) = try write()
        let (digest, byteCount) = try digest()
        return try writer.finish(name: name, format: format, digest: digest, byteCount: byteCount)
    }

    /// Writes the files; an archive of arrays turns out to be an npz.
    private func write() throws(DatasetError) -> (DatasetWriter, DatasetFormat) {
        guard format == .zip, !source.isDirectory else { return (try writeOther(), format) }
        let bytes = try source.readAll()
        let archive: ZipArchive
        do { archive = try ZipArchive(bytes: bytes, limits: Self.limits(bytes)) } catch { throw .format(error) }
        guard archive.entries.contains(where: { $0.name.hasSuffix(".npy") }) else {
            return (try writeArchive(.zip(archive)), .zip)
        }
        return (try writeArrays(bytes), .npz)
    }

    private func writeOther() throws(DatasetError) -> DatasetWriter {
        switch format {
        case .npz, .zip: return try writeArrays(source.readAll())
        case .npy:
            let bytes = try source.readAll()
            let array: Tensor
            do { array = try NpyReader.tensor(from: bytes, name: source.name) } catch { throw .format(error) }
            return try ArrayImport.table(ArrayRows(array), into: directory)
        case .csv: return try CSVImport([(.train, source)]).write(into: directory)
        case .jsonl: return try LinesImport([(.train, source)]).write(into: directory)
        case .folder: return try writeArchive(.folder(source))
        }
    }

    private func writeArrays(_ bytes: [UInt8]) throws(DatasetError) -> DatasetWriter {
        let arrays: [String: Tensor]
        do { arrays = try NpzReader.tensors(from: bytes, limits: Self.limits(bytes)) } catch { throw .format(error) }
        return try ArrayImport(arrays.mapValues { ArrayRows($0) }).write(into: directory)
    }

    /// What an archive holds decides what it is.
    private func writeArchive(_ members: MemberFiles) throws(DatasetError) -> DatasetWriter {
        let names = try members.names()
        if names.contains(where: { $0.hasSuffix(".npy") }) {
            return try ArrayImport(members.arrays(names)).write(into: directory)
        }
        for (ending, isLines) in [("csv", false), ("tsv", false), ("jsonl", true), ("ndjson", true)] {
            guard names.contains(where: { $0.lowercased().hasSuffix("." + ending) }) else { continue }
            let files = try members.splits(names, ending: ending)
            return isLines ? try LinesImport(files).write(into: directory) : try CSVImport(files).write(into: directory)
        }
        return try ImageImport(members, names: names).write(into: directory)
    }

    /// What an archive may hold when it is inflated: the arrays of an npz are in memory together.
    private static func limits(_ bytes: [UInt8]) -> ZipArchive.Limits {
        var limits = ZipArchive.Limits()
        limits.maximumByteCount = min(DatasetStore.maximumByteCount, (256 << 20) + 64 * bytes.count)
        return limits
    }

    /// The digest of what was sent; of a folder, that of its files' digests and paths.
    private func digest() throws(DatasetError) -> (String, byteCount: Int) {
        guard source.isDirectory else { return (try Self.digest(of: source).hexadecimal, source.byteCount) }
        var digest = SHA256()
        var byteCount = 0
        for name in try source.files() {
            let file = try source.contents(of: name)
            digest.update("\(try Self.digest(of: file).hexadecimal)  \(name)\n")
            byteCount += file.byteCount
        }
        return (digest.finish().hexadecimal, byteCount)
    }

    private static func digest(of source: DatasetSource) throws(DatasetError) -> SHA256.Digest {
        var digest = SHA256()
        var offset = 0
        while offset < source.byteCount {
            let end = min(offset + (1 << 20), source.byteCount)
            digest.update(try source.read(offset..<end))
            offset = end
        }
        return digest.finish()
    }
}
