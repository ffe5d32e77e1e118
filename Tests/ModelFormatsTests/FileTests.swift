import Glibc
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

struct FileTests {
    private let directory = TemporaryDirectory()

    @Test func readsWholeFiles() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try FileBytes.read(directory.write(bytes, to: "a")) == bytes)
        #expect(try FileBytes.read(directory.write("", to: "empty")) == [])
    }

    @Test func refusesWhatIsNoRegularFileAndNamesOnlyItsLastComponent() {
        directory.makeDirectory("sub")
        directory.makePipe("pipe")
        let cases = [
            ("missing.onnx", "No such file or directory"), ("sub", "not a regular file"),
            ("pipe", "not a regular file"),
        ]
        for (name, reason) in cases {
            let error = ModelFormatError.unreadable(file: name, reason: reason)
            #expect(throws: error) { try FileBytes.read(directory.path + "/" + name) }
            #expect(error.description == "file \"\(name)\" cannot be read: \(reason)")
        }
    }

    @Test func refusesLargeFiles() {
        let path = directory.write([1, 2, 3], to: "large")
        #expect(throws: ModelFormatError.tooLarge(part: "file \"large\"", byteCount: 3, limit: 2)) {
            try FileBytes.read(path, limit: 2)
        }
    }

    @Test func staysInsideADirectory() throws {
        directory.write([1], to: "outside")
        directory.makeDirectory("model")
        directory.makeDirectory("model/sub")
        directory.write([1, 2, 3], to: "model/sub/data")
        directory.link("model/link", to: "sub/data")
        directory.link("model/folder", to: "sub")
        let model = directory.path + "/model"
        #expect(try read(model, "sub/data") == [1, 2, 3])
        for path in ["../outside", "sub/../sub/data", "./sub/data", "/etc/passwd", "", "sub//data", "sub/", "a\0b"] {
            #expect(
                throws: ModelFormatError.malformed(
                    part: "external data location", expected: "a relative path inside the model's directory",
                    found: path.quoted)
            ) { try read(model, path) }
        }
        let reason = "it is reached by a symbolic link"
        #expect(throws: ModelFormatError.unreadable(file: "link", reason: reason)) { try read(model, "link") }
        #expect(throws: ModelFormatError.self) { try read(model, "folder/data") }
    }

    private func read(_ directory: String, _ path: String) throws -> [UInt8] {
        let file = try OpenFile(directory: directory, relativePath: path)
        return try file.read(0..<file.byteCount)
    }

    @Test func readsRangesInsideTheFileOnly() throws {
        let file = try OpenFile(path: directory.write([1, 2, 3, 4], to: "data"))
        #expect(try file.read(1..<3) == [2, 3])
        #expect(try file.read(4..<4) == [])
        do {
            _ = try file.read(2..<5)
            Issue.record("read past the end")
        } catch {
            #expect(error == .truncated(part: "file \"data\"", expected: 5, found: 4))
        }
    }

    @Test func byteReaderStopsAtTheEnd() throws {
        var reader = ByteReader([9, 1, 2, 3, 4, 5, 6, 7, 8, 9], 1..<8, part: "p")
        #expect(try reader.uint8() == 1)
        #expect(try reader.uint16() == 0x0302)
        #expect(try reader.uint32() == 0x0706_0504)
        #expect(throws: ModelFormatError.truncated(part: "p", expected: 1, found: 0)) { try reader.uint8() }
        var wide = ByteReader([1, 2, 3, 4, 5, 6, 7, 8], part: "p")
        #expect(throws: ModelFormatError.truncated(part: "p", expected: 9, found: 8)) { try wide.skip(9) }
        #expect(throws: ModelFormatError.self) { try wide.skip(-1) }
        #expect(try wide.uint64() == 0x0807_0605_0403_0201)
    }
}

/// Large tensors as parts of a mapped file.
struct MappedFileTests {
    private let directory = TemporaryDirectory()

    private func write() -> (path: String, tensor: Tensor) {
        let tensor = Tensor((0..<(1 << 19)).map { Float($0) }, shape: [1 << 10, 1 << 9])
        return (directory.write(SafeTensors(tensors: ["a": tensor]).bytes(), to: "a.safetensors"), tensor)
    }

    @Test func tensorsOutliveTheFileTheyAreIn() throws {
        let (path, tensor) = write()
        var file: SafeTensorsFile? = try SafeTensorsFile(ByteSource(path: path, isMapped: true))
        let found = try #require(try file?.tensor("a"))
        file = nil
        directory.remove("a.safetensors")
        #expect(found.floats == tensor.floats)
        #expect(!found.owned.storage.isBorrowed)
        #expect(found.owned.floats == tensor.floats)
    }

    /// Whoever is writing to the file keeps it from being mapped; it is read then.
    @Test func filesThatAreBeingWrittenAreRead() throws {
        let (path, tensor) = write()
        let descriptor = open(path, O_WRONLY)
        defer { close(descriptor) }
        let found = try SafeTensorsFile(ByteSource(path: path, isMapped: true)).tensor("a")
        #expect(!found.storage.isBorrowed)
        #expect(found.floats == tensor.floats)
    }

    @Test func nobodyMapsUnasked() throws {
        let (path, _) = write()
        #expect(try !SafeTensorsFile(path: path).tensor("a").storage.isBorrowed)
    }
}
