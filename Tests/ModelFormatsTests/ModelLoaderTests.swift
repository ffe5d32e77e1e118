import FoundationEssentials
import Graphs
import ONNXProtobuf
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

struct ModelLoaderTests {
    private let directory = TemporaryDirectory()

    @Test func loadsAFileOrTheModelOfADirectory() throws {
        let path = directory.write(try ONNXBuilding.model().fileBytes(), to: "model.onnx")
        directory.write("", to: "golden.safetensors")
        directory.write("", to: "card.json")
        directory.write("", to: ".hidden.onnx")
        #expect(try ModelLoader.loadModel(path: path).nodes.count == 2)
        #expect(try ModelLoader.loadModel(path: directory.path).nodes.count == 2)
        #expect(try ModelLoader.loadModel(path: directory.path + "/").nodes.count == 2)
    }

    @Test func findsExternalDataBesideTheModel() throws {
        var model = ONNXBuilding.model()
        model.graph.initializer[0].rawData.removeAll()
        model.graph.initializer[0].dataLocation = .external
        model.graph.initializer[0].externalData = [
            .with {
                $0.key = "location"; $0.value = "model.onnx.data"
            }
        ]
        directory.write(try model.fileBytes(), to: "model.onnx")
        directory.write(Array(ONNXBuilding.raw([1, 2, 3, 4] as [Float])), to: "model.onnx.data")
        let graph = try ModelLoader.loadModel(path: directory.path)
        #expect(graph.nodes[0].inputs[1].flatMap { graph[$0].constant }?.floats == [1, 2, 3, 4])
    }

    private var formats: String { ModelLoader.supportedFormats.joined(separator: ", ") }

    @Test func listsWhatIsThereWhenItIsNotOneModel() {
        let name = directory.path.lastPathComponent
        directory.write("", to: "notes.txt")
        #expect(
            throws: ModelFormatError.modelFiles(directory: name, found: [], supported: ModelLoader.supportedFormats)
        ) {
            try ModelLoader.loadModel(path: directory.path)
        }
        directory.write("", to: "model.onnx")
        directory.write("", to: "b.gguf")
        let error = ModelFormatError.modelFiles(
            directory: name, found: ["b.gguf", "model.onnx"], supported: ModelLoader.supportedFormats)
        #expect(throws: error) { try ModelLoader.loadModel(path: directory.path) }
        #expect(
            error.description
                == "directory \"\(name)\": expected exactly one model file (\(formats)), found \"b.gguf\", \"model.onnx\""
        )
    }

    @Test func refusesOtherFormatsAndMissingFiles() {
        let error = ModelFormatError.unsupported(
            part: "model file", expected: "\(formats) files are", found: "\"model.tflite\"")
        #expect(throws: error) { try ModelLoader.loadModel(path: directory.write("", to: "model.tflite")) }
        #expect(error.description == "model file: only \(formats) files are supported, found \"model.tflite\"")
        #expect(throws: ModelFormatError.unreadable(file: "none.onnx", reason: "No such file or directory")) {
            try ModelLoader.loadModel(path: directory.path + "/none.onnx")
        }
    }

    @Test func errorsNameTheFile() {
        #expect(
            throws: ModelFormatError.file(
                "model.onnx",
                .malformed(part: "ONNX model", expected: "a protobuf ModelProto", found: "an empty file"))
        ) { try ModelLoader.loadModel(path: directory.write("", to: "model.onnx")) }
    }

    @Test func messagesAreShortAndPrintable() {
        #expect("a\nb\u{7F}".quoted == "\"a\u{FFFD}b\u{FFFD}\"")
        #expect(String(repeating: "x", count: 101).quoted == "\"" + String(repeating: "x", count: 100) + "…\"")
        let error = ModelFormatError.file("f", .truncated(part: "p", expected: 8, found: 3))
        #expect(error.description == "file \"f\": p: expected 8 bytes, found 3")
    }
}
