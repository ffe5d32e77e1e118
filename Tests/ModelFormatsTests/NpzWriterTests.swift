import Tensors
import Testing

@testable import ModelFormats

struct NpzWriterTests {
    @Test func isReadAsItWasWritten() throws {
        let tensors = [
            "lstm.weight": Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]), "n": Tensor([5], shape: []),
            "ä/b": Tensor([] as [Float], shape: [0, 3]),
        ]
        let found = try NpzReader.tensors(from: try NpzWriter.bytes(of: tensors))
        #expect(found.mapValues(\.shape) == tensors.mapValues(\.shape))
        #expect(found["lstm.weight"]?.floats == [1, 2, 3, 4] && found["n"]?.integers == [5])
        #expect(try NpzReader.tensors(from: try NpzWriter.bytes(of: [:])).isEmpty)
    }

    @Test func noNameLeadsOutOfADirectory() throws {
        let one = Tensor([Float(1)], shape: [])
        let bytes = try NpzWriter.bytes(of: ["/../a": one, "..": one])
        #expect(try ZipArchive(bytes: bytes).entries.map(\.name) == ["_.npy", "a.npy"])
        #expect(throws: ModelFormatError.self) { try NpzWriter.bytes(of: ["a": one, "/a": one]) }
    }
}
