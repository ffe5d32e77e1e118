import Glibc

/// Where things are in the repository.
enum PackageFiles {
    /// The directory of Package.swift.
    static var root: String {
        var path = "\(#filePath)"
        for _ in 0..<4 { path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
        return path
    }

    /// The path of a model's directory.
    static func model(_ name: String) -> String { "\(root)/models/\(name)" }

    /// The built executable: it lies beside the program that runs the tests.
    static var executable: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let program = String(decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let directory = program.prefix(upTo: program.lastIndex(of: "/") ?? program.startIndex)
        let beside = "\(directory)/apus"
        return access(beside, X_OK) == 0 ? beside : "\(root)/.build/debug/apus"
    }

    /// The bytes of a file; none when it cannot be read.
    static func bytes(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(file, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    /// The text of a file; empty when it cannot be read.
    static func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }
}
