import FoundationEssentials
import JSON
import ONNXProtobuf
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Files that are made to do harm, or to cost more than they are worth: each is refused, with an error that says why.
struct HostileFileTests {
    private func refusal(_ read: () throws -> Void) -> String {
        do {
            try read()
            Issue.record("nothing was refused")
            return ""
        } catch {
            return "\(error)"
        }
    }

    /// Bytes of a header before which a safetensors file says how long it is.
    private func safeTensors(_ count: UInt64, _ rest: String = "") -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) } + Array(rest.utf8)
    }

    @Test(arguments: [UInt64(1) << 63, .max, 1 << 62, 100_000_001, 99_999_999])
    func refusesHeadersLongerThanTheFile(count: UInt64) {
        let message = refusal { _ = try SafeTensors(bytes: safeTensors(count, "{}")) }
        #expect(message.hasPrefix("safetensors"), "\(message)")
    }

    @Test(arguments: [
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[9223372036854775799,9223372036854775807]}}",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952,8],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[-8,0]}}",
    ])
    func refusesTensorsThatOverlapOrLieOutside(header: String) {
        let bytes = safeTensors(UInt64(header.utf8.count), header) + [UInt8](repeating: 0, count: 8)
        let message = refusal { _ = try SafeTensors(bytes: bytes) }
        #expect(message.hasPrefix("tensor ") || message.hasPrefix("safetensors data"), "\(message)")
    }

    /// 100,000 lists, objects and mixed ones in each other.
    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func refusesDeepJSON(opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(throws: (any Error).self) { try JSONValue(parsing: text) }
        #expect(throws: (any Error).self) {
            try SafeTensors(bytes: safeTensors(UInt64(text.utf8.count), "{\"a\":" + text))
        }
        let directory = TemporaryDirectory()
        directory.write("{\"layers\": " + text, to: "architecture.json")
        let path = directory.write(safeTensors(2, "{}"), to: "model.safetensors")
        #expect(refusal { _ = try ModelLoader.loadModel(path: path) }.contains("architecture.json"))
    }

    @Test(arguments: ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "a\\..\\b"])
    func refusesNamesThatLeaveTheArchive(name: String) {
        let bytes = ZipBuilding.archive([(name, [1, 2, 3])])
        #expect(refusal { _ = try ZipArchive(bytes: bytes) }.contains("expected names below the archive"))
    }

    /// A member of 64 GiB of zeros that is said to be small, large, or as large as it is.
    @Test(arguments: [1 << 20, 1 << 36, 16 << 20] as [Int])
    func refusesZipBombs(byteCount: Int) throws {
        // One deflate block of a long run, again and again.
        var bytes = try Fixtures.bytes("deflated.npz")
        let archive = try ZipArchive(bytes: bytes)
        let entry = try #require(archive.entries.first { $0.method == .deflated })
        // The uncompressed size in the central directory, 24 bytes after its signature.
        let name = Array(entry.name.utf8)
        let record = try #require(
            bytes.indices.last { index in
                index + 46 + name.count <= bytes.count && bytes[index..<(index + 4)].elementsEqual([0x50, 0x4B, 1, 2])
                    && bytes[(index + 46)..<(index + 46 + name.count)].elementsEqual(name)
            })
        for place in 0..<4 { bytes[record + 24 + place] = UInt8(truncatingIfNeeded: byteCount >> (8 * place)) }
        #expect(throws: ModelFormatError.self) {
            let archive = try ZipArchive(bytes: bytes)
            _ = try archive.contents(of: try #require(archive[entry.name]))
        }
    }

    /// Zip64 sizes near the largest integer, for every place of the archive that has one.
    @Test func survivesAbsurdSizesInZip64() throws {
        let bytes = try Fixtures.bytes("zip64.npz")
        for index in 0..<(bytes.count - 8) {
            var copy = bytes
            for place in 0..<8 { copy[index + place] = place == 7 ? 0x7F : 0xFF }
            do {
                let archive = try ZipArchive(bytes: copy)
                for entry in archive.entries { _ = try archive.contents(of: entry) }
            } catch { _ = "\(error)" }
        }
    }

    @Test func refusesPicklesInArrays() throws {
        let message = refusal { _ = try NpyReader.tensor(path: Fixtures.path("objects.npy")) }
        #expect(message.contains("an array of Python objects"))
    }

    /// Names of external data that lead out of the model's directory, into it by a link, or nowhere.
    @Test(arguments: ["../secret", "/etc/hostname", "link", "sub/../../secret", "", ".", "pipe", "none"])
    func refusesExternalDataOutsideOfTheDirectory(location: String) throws {
        let directory = TemporaryDirectory()
        directory.write([UInt8](repeating: 1, count: 16), to: "secret")
        directory.makeDirectory("model")
        directory.link("model/link", to: "../secret")
        directory.makePipe("model/pipe")
        var model = ONNXBuilding.model()
        model.graph.initializer[0].rawData = Data()
        model.graph.initializer[0].dataLocation = .external
        model.graph.initializer[0].externalData = [
            .with {
                $0.key = "location"; $0.value = location
            }
        ]
        let path = directory.write(try model.fileBytes(), to: "model/model.onnx")
        #expect(!refusal { _ = try ModelLoader.loadModel(path: path) }.isEmpty)
    }

    /// Every format cut short at every byte, and with its bits flipped.
    @Test(arguments: [
        "torch/perceptron.pt", "all_types.safetensors", "deflated.npz", "stored.npz",
        "float32.npy",
    ])
    func survivesDamage(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        func read(_ bytes: [UInt8]) throws {
            switch name.fileExtension {
            case "pt": try readAll(try TorchFile(ByteSource(bytes), name: name))
            case "npz": try readAll(try NpzFile(ByteSource(bytes)))
            case "npy": _ = try NpyReader.tensor(from: bytes, name: name)
            default: try readAll(try SafeTensorsFile(ByteSource(bytes)))
            }
        }
        try read(bytes)
        Damage.truncations(of: bytes, read)
        Damage.mutations(of: bytes, count: 1000, read)
    }

    private func readAll(_ file: some TensorFile) throws {
        for entry in file.entries { _ = try file.tensor(entry.name) }
    }
}
