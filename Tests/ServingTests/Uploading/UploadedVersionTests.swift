import JSON
@testable import Serving
import TestSupport
import Testing

struct UploadedVersionTests {
    private func version(_ names: [String]) throws -> UploadedVersion {
        try UploadedVersion(names.map { UploadedFile(name: $0, contents: [1]) })
    }

    @Test(
        arguments: [
            (["model.onnx"], ["model.onnx"], []),
            (["./model.onnx", "./golden.safetensors"], ["golden.safetensors", "model.onnx"], []),
            (["7/model.onnx", "7/card.json"], ["card.json", "model.onnx"], []),
            (["m/a/b.txt", "m/model.onnx"], ["a/b.txt", "model.onnx"], ["a"]),
            (["a/b/c.txt", "model.onnx"], ["a/b/c.txt", "model.onnx"], ["a", "a/b"]),
            (["my model (1)".replacingParentheses + ".onnx"], ["my model _1_.onnx"], []),
        ] as [([String], [String], [String])])
    func namesAreThoseInTheVersion(names: [String], files: [String], directories: [String]) throws {
        let version = try version(names)
        #expect(version.files.map(\.name) == files)
        #expect(version.directories == directories)
    }

    @Test(arguments: [
        "/etc/passwd", "../model.onnx", "a/../../b", "..", ".", "", "/", "./", ".hidden", "a/.hidden", "a\\b",
        "a\u{0}b",
        "a\nb", "é", "~root", "a:b", "*", "a/b/c/d/e/f/g/h/i", String(repeating: "x", count: 256),
    ])
    func namesThatLeadElsewhereAreRefused(name: String) {
        let error = #expect(throws: FieldError.self) { try version(["model.onnx", name]) }
        #expect(error?.path == "files[1].name")
    }

    @Test(arguments: [["a", "a"], ["a", "./a"], ["a", "a/b"], ["a/b", "a", "c"], ["x/a", "x/./a"]])
    func eachNameIsThereOnce(names: [String]) {
        let error = #expect(throws: FieldError.self) { try version(names) }
        #expect(error?.expected == "a name that no other has")
    }

    @Test func whatMacOSAddsIsLeftOut() throws {
        let version = try version([
            "._v", "v/._model.onnx", "v/model.onnx", "v/.DS_Store", "v/notes/._a.txt", "v/notes/a.txt",
        ])
        #expect(version.files.map(\.name) == ["model.onnx", "notes/a.txt"])
        #expect {
            try self.version(["._a", "a", "../b"])
        } throws: {
            ($0 as? FieldError)?.path == "files[2].name"
        }
    }

    @Test func thereIsAnEndToFiles() {
        #expect(throws: FieldError(path: "files", expected: "a model file at least", found: "none")) { try version([]) }
        #expect(throws: FieldError(path: "files", expected: "at most 1000", found: "1001")) {
            try version((0...1000).map { "f\($0)" })
        }
    }
}

extension String {
    fileprivate var replacingParentheses: String { String(map { "()".contains($0) ? "_" : $0 }) }
}
