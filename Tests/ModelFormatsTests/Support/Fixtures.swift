import Glibc
import ModelFormats

/// Files beside the tests.
enum Fixtures {
    static func path(_ name: String) -> String {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/" + tests + "/Fixtures/" + name
    }

    static func bytes(_ name: String) throws -> [UInt8] { try FileBytes.read(path(name)) }
}

/// A directory that is removed with all its files at the end of a test.
final class TemporaryDirectory {
    let path: String
    /// What is in it, outermost first.
    private var names: [String] = []

    init() {
        var template = Array("/tmp/model-formats-XXXXXX".utf8CString)
        guard let name = mkdtemp(&template) else { preconditionFailure("no temporary directory") }
        path = String(cString: name)
    }

    deinit {
        for name in names.reversed() { remove(path + "/" + name) }
        remove(path)
    }

    private func made(_ name: String) -> String {
        names.append(name)
        return path + "/" + name
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let path = made(name)
        let file = fopen(path, "wb")
        precondition(file != nil, "cannot write \(name)")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return path
    }

    func makeDirectory(_ name: String) { mkdir(made(name), 0o700) }

    func link(_ name: String, to target: String) { symlink(target, made(name)) }

    func makePipe(_ name: String) { mkfifo(made(name), 0o600) }
}
