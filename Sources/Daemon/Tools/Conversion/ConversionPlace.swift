import Glibc
import ModelFormats

/// Where `apus convert` writes: first beside the place under a hidden name, and there when all is well.
struct ConversionPlace {
    let target: ConversionTarget
    /// Without a slash at the end.
    let path: String

    init(path: String, target: ConversionTarget) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.target = target
    }

    /// The last part of the path.
    var name: String { path.lastPathComponent }
    /// The directory that the place is in, without a slash at the end unless it is the root.
    var parent: String {
        let parent = path.directoryPath
        return parent.count > 1 && parent.hasSuffix("/") ? String(parent.dropLast()) : parent
    }

    /// What the files would replace.
    private var taken: [String] {
        let places = target == .safetensors ? [path, "\(parent)/\(BundleFile.architecture)"] : [path]
        return places.filter { Files.exist($0) }
    }

    /// - Throws: `DaemonError.usage` when there is something that must not be replaced.
    func check(replaces: Bool) throws(DaemonError) {
        guard let first = taken.first else { return }
        guard replaces else { throw .usage("\(first): is there already; --force replaces it") }
        let isDirectory = Files.isDirectory(path)
        guard isDirectory == (target == .native) else {
            throw .usage(
                "\(path): expected \(target == .native ? "a directory" : "a file") to replace, found the other")
        }
        guard isDirectory else { return }
        let names = Files.names(path)
        guard names.isEmpty || names.contains(BundleFile.architecture) || names.contains(where: ModelLoader.isModel)
        else { throw .usage("\(path): is a directory without a model, which --force does not replace") }
    }

    /// Writes the files under a hidden name beside the place.
    func stage(_ files: [String: [UInt8]]) throws(DaemonError) -> StagedConversion {
        let hidden = "\(parent)/.\(name).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        do throws(ModelFormatError) {
            if target == .native {
                try SealedDirectory.write(files, to: hidden)
            } else {
                try DirectoryWriter.write(files, to: hidden)
            }
        } catch {
            throw .file(path, reason: "\(error)")
        }
        return StagedConversion(path: hidden, place: self, names: files.keys.sorted())
    }
}

/// Files that are written, but not in their place yet; they go with the object when they never get there.
final class StagedConversion {
    /// The hidden directory.
    let path: String
    private let place: ConversionPlace
    private let names: [String]

    init(path: String, place: ConversionPlace, names: [String]) {
        self.path = path
        self.place = place
        self.names = names
    }

    deinit { Files.removeTree(path) }

    /// The one file of the name of the place.
    var file: String { "\(path)/\(place.name)" }

    /// Moves the files to their place.
    /// - Throws: `DaemonError.file`; what was there is there again.
    func publish(replaces: Bool) throws(DaemonError) {
        guard place.target == .native else {
            for name in names { try move("\(path)/\(name)", to: "\(place.parent)/\(name)") }
            return
        }
        guard replaces, Files.exist(place.path) else { return try move(path, to: place.path) }
        let old = path + ".old"
        try move(place.path, to: old)
        do throws(DaemonError) {
            try move(path, to: place.path)
        } catch {
            try move(old, to: place.path)
            throw error
        }
        Files.removeTree(old)
    }

    private func move(_ source: String, to target: String) throws(DaemonError) {
        guard unsafe rename(source, target) == 0 else { throw .file(target, reason: Files.reason(errno)) }
    }
}
