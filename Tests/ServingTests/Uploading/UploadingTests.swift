@testable import Serving
import TestSupport
import Testing

/// Versions that are sent appear whole or not at all.
struct UploadingTests {
    private let publisher = Publisher()

    private func version(_ text: String, _ others: [String: String] = [:]) throws -> UploadedVersion {
        let all = others.merging(["model.onnx": text]) { first, _ in first }
        return try UploadedVersion(all.map { UploadedFile(name: $0.key, contents: Array($0.value.utf8)[...]) })
    }

    /// What is left in the hidden directory.
    private var staged: [String] { names(in: publisher.models.path + "/.staging") }

    @Test func aNewModelAndItsVersionsAreSent() throws {
        let repository = try publisher.load()
        #expect(try repository.upload(version("plus 1", ["notes/a.txt": "x"]), as: "m") == 1)
        #expect(try repository.offset() == 1)
        #expect(text(of: publisher.models.path + "/m/1/notes/a.txt") == "x")
        #expect(
            text(of: publisher.models.path + "/m/1/MANIFEST.sha256").split(separator: "\n").map { $0.dropFirst(66) }
                == ["model.onnx", "notes/a.txt"])
        #expect(try repository.upload(version("plus 1", ["notes/a.txt": "x"]), as: "m") == 1)
        #expect(try repository.upload(version("plus 2"), as: "m") == 2)
        #expect(try repository.offset() == 2)
        #expect(publisher.has("m/2/MANIFEST.sha256") && staged.isEmpty)
        // The same again is the same version.
        #expect(try repository.upload(version("plus 2"), as: "m") == 2)
        #expect(try publisher.load().offset() == 2)
    }

    @Test func whatIsRefusedLeavesNothing() throws {
        let repository = try publisher.load()
        #expect(try repository.upload(version("plus 1"), as: "m") == 1)
        #expect(throws: ServingError.model("broken")) { try repository.upload(version("broken"), as: "m") }
        #expect(throws: ServingError.model("broken")) { try repository.upload(version("broken"), as: "new") }
        #expect(throws: ServingError.modelName("../m")) { try repository.upload(version("ok"), as: "../m") }
        #expect(try repository.offset() == 1 && staged.isEmpty)
        #expect(!publisher.has("new") && !publisher.has("m/2"))
        #expect(try repository.model(named: "m").map(\.version) == [1])
    }

    @Test func oneThatIsNotToServeWaits() throws {
        let repository = try publisher.load()
        _ = try repository.upload(version("plus 1"), as: "m")
        #expect(try repository.upload(version("plus 2"), as: "m", isToServe: false) == 2)
        #expect(try repository.offset() == 1 && repository.ready() == [1, 2])
        // Looking again does not let it take over.
        try repository.rescan("m")
        #expect(try repository.offset() == 1)
        #expect(try publisher.load().offset() == 1)
        try repository.set(label: "stable", of: "m", to: 2)
        #expect(try repository.offset() == 2)
    }
}
