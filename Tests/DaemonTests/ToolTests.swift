import Daemon
import Glibc
import Graphs
import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

/// The commands that need no server, on the models of the repository.
struct ToolTests {
    private let directory = TemporaryDirectory()

    private func model(_ name: String) throws -> LoadedModel {
        try LoadedModel(path: Repository.model(name), kernels: Kernels.best())
    }

    // MARK: Model paths

    @Test(arguments: ["", "/1", "/1/model.onnx"])
    func aModelIsAFileAVersionOrADirectoryOfVersions(suffix: String) throws {
        let loaded = try model("digits-cnn\(suffix)")
        #expect(loaded.resolvedPath.hasSuffix(suffix.isEmpty ? "/digits-cnn/1" : suffix))
        #expect(loaded.compiled.parameterCount == 121_930)
    }

    @Test func theNewestVersionIsTaken() throws {
        directory.write("", to: "m/9/model.onnx")
        directory.write("x", to: "m/10/model.onnx")
        directory.write("", to: "m/notes/model.onnx")
        let path = "\(directory.path)/m"
        do {
            _ = try LoadedModel(path: path, kernels: Kernels.best())
            Issue.record("a broken file was loaded")
        } catch .model(let named, let reason) {
            #expect(named == path)
            #expect(reason.contains("the file has 1 bytes") || reason.contains("other bytes"), "\(reason)")
        }
    }

    @Test func whatIsMissingIsRefused() {
        let error = DaemonError.model("/nowhere", reason: "No such file or directory")
        #expect(throws: error) { try LoadedModel(path: "/nowhere", kernels: Kernels.best()) }
        #expect(error.exitCode == 65)
    }

    // MARK: Inspect

    @Test func inspectsTheCNN() throws {
        let inspection = try Inspection(try model("digits-cnn"))
        #expect(inspection.format == "onnx")
        #expect(inspection.inputs == ["keras_tensor float32[batch, 28, 28, 1]"])
        #expect(inspection.outputs == ["Identity:0 float32[batch, 10]"])
        #expect(inspection.operators.first?.name == "Relu" && inspection.operators.first?.count == 3)
        #expect(inspection.steps == ["Convolution", "Convolution", "Dense", "Dense", "Softmax"])
        #expect(inspection.sizes.isEmpty)
        #expect(inspection.fileBytes > 4 * inspection.parameterCount)
        #expect(inspection.packedWeightBytes >= 4 * inspection.parameterCount)
        #expect(inspection.arenaBytes > 0)
    }

    @Test func inspectsTheLSTMAtAChosenTime() throws {
        let lstm = try model("digits-lstm")
        #expect(try Inspection(lstm).sizes == ["time": 1])
        let inspection = try Inspection(lstm, sizes: ChosenSizes(only: 28))
        #expect(inspection.sizes == ["time": 28])
        #expect(inspection.steps == ["LSTMLayer", "Dense"])
        #expect(inspection.text.contains("planned for     any batch, time = 28\n"))
        let json = String(decoding: inspection.json, as: UTF8.self)
        #expect(json.hasPrefix("{\"format\":\"onnx\",\"inputs\":[\"input float32[batch, time, 1]\"],"))
        #expect(json.contains("\"sizes\":{\"time\":28},\"parameters\":11110,"))
    }

    @Test func refusesSizesTheModelDoesNotHave() throws {
        let (cnn, lstm) = (try model("digits-cnn"), try model("digits-lstm"))
        #expect(throws: DaemonError.usage("--time is for models with one free size, this one's free sizes: none")) {
            try Inspection(cnn, sizes: ChosenSizes(only: 28))
        }
        #expect(throws: DaemonError.usage("--size: the model has no free size \"t\"; its free sizes: time")) {
            try Inspection(lstm, sizes: ChosenSizes(named: ["t": 2]))
        }
        for text in ["time", "time=", "time=0", "time=x"] {
            let error = DaemonError.usage(
                "--size: expected name=value with a value of at least 1, got \"\(text)\"")
            #expect(throws: error) { try ChosenSizes(only: nil, named: [text]) }
        }
    }

    // MARK: Predict

    /// The golden rows as a .npy file in the shape that `spelling` makes of it.
    private func golden(_ name: String, _ spelling: (Shape) -> Shape) throws -> (path: String, expected: Tensor) {
        let tensors = try SafeTensors(path: Repository.model(name) + "/1/golden.safetensors").tensors
        let input = try #require(tensors["input.0"])
        let expected = try #require(tensors["output.0"])
        let bytes = NpyWriter.bytes(of: input.reshaped(to: spelling(input.shape)))
        return (directory.write(bytes, to: "input.npy"), expected)
    }

    /// The numbers in `{"predictions": [[…], …]}`.
    private func predictions(_ json: [UInt8], columns: Int) throws -> [Float] {
        let buffer = FloatBuffer()
        try json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            var tensor = TensorReader(field: "predictions", sampleShape: [columns])
            try reader.beginObject()
            #expect(try reader.nextKey() == "predictions")
            _ = try tensor.readRows(from: &reader, into: buffer)
            #expect(try reader.nextKey() == nil)
            try reader.finish()
        }
        return Array(buffer.elements)
    }

    @Test(arguments: ["digits-cnn", "digits-lstm"], [1, 2])
    func predictsTheGoldenOutputs(name: String, threads: Int) throws {
        let (path, expected) = try golden(name) { $0 }
        let json = try Prediction.json(model: try model(name), inputPath: path, threads: threads)
        let found = try predictions(json, columns: 10)
        #expect(found.count == expected.elementCount)
        for (value, wanted) in zip(found, expected.floats) { #expect(abs(value - wanted) <= 1e-4) }
    }

    @Test func npyRowsMayBeFlatOrWithoutTrailingOnes() throws {
        let cnn = try model("digits-cnn")
        let whole = try Prediction.json(model: cnn, inputPath: golden("digits-cnn") { $0 }.path)
        let flat = try Prediction.json(
            model: cnn, inputPath: golden("digits-cnn") { Shape([$0[0], $0.elementCount / $0[0]]) }.path)
        let short = try Prediction.json(
            model: cnn, inputPath: golden("digits-cnn") { Shape(Array($0.dimensions.dropLast())) }.path)
        #expect(flat == whole && short == whole)
    }

    @Test(arguments: ["digits-cnn", "digits-lstm"])
    func aListOfRowsIsReadAsARequestIs(name: String) throws {
        let loaded = try model(name)
        let request = text(of: Repository.model(name) + "/example.json")
        let list = try #require(request.firstIndex(of: "[").map { request[$0...].prefix { $0 != "}" } })
        let bare = directory.write(String(list), to: "bare.json")
        let whole = directory.write(request, to: "request.json")
        #expect(
            try Prediction.json(model: loaded, inputPath: whole) == Prediction.json(model: loaded, inputPath: bare))
    }

    @Test(arguments: [
        (
            "row.json", "[[1, 2]]",
            "instances[0]: expected a list of 28 rows or a flat list of 784 numbers, got 2 numbers"
        ),
        ("none.json", "{\"rows\": []}", "instances: expected a non-empty list, got no such member"),
        ("cut.json", "{\"instances\": [[", "truncated"),
        ("NaN.json", "[[NaN]]", "instances[0][0]: NaN is not a JSON number; expected a finite number"),
        ("a.csv", "1,2", "expected a file name that ends in .json, .npy or .npz"),
        ("a.npy", "1,2", "npy array \"a.npy\": expected "),
    ])
    func refusesBadInput(name: String, text: String, reason: String) throws {
        let path = directory.write(text, to: name)
        do {
            _ = try Prediction.json(model: try model("digits-cnn"), inputPath: path)
            Issue.record("\(name) was accepted")
        } catch let error as DaemonError {
            guard case .input(path, let found) = error else { throw error }
            #expect(found.contains(reason), "\(found)")
            #expect(error.exitCode == 65)
        }
    }

    @Test func refusesMissingInputAndWrongShapes() throws {
        let cnn = try model("digits-cnn")
        #expect(throws: DaemonError.file("/nowhere.json", reason: "No such file or directory")) {
            try Prediction.json(model: cnn, inputPath: "/nowhere.json")
        }
        let path = directory.write(NpyWriter.bytes(of: Tensor([1, 2] as [Float], shape: [1, 2])), to: "t.npy")
        let error = DaemonError.input(
            path, reason: "expected an array of shape [rows, 28, 28, 1], got [1, 2]")
        #expect(throws: error) { try Prediction.json(model: cnn, inputPath: path) }
    }

    // MARK: Bench

    @Test func benchMeasuresRuns() throws {
        var benchmark = EngineBenchmark()
        benchmark.batch = 3
        benchmark.seconds = 0.02
        let result = try benchmark.measure(try model("digits-lstm"), sizes: ChosenSizes(only: 5))
        #expect(result.batch == 3 && result.threads == 1 && result.runs >= 1)
        #expect(0 < result.p10Microseconds && result.p10Microseconds <= result.medianMicroseconds)
        #expect(result.medianMicroseconds <= result.p90Microseconds)
        #expect(result.samplesPerSecond == 3e6 / result.medianMicroseconds)
        let json = String(decoding: result.json, as: UTF8.self)
        #expect(json.contains("\"batch\":3,\"threads\":1,\"runs\":\(result.runs),\"median_us\":"))
    }

    @Test func benchInsistsOnFreeSizesAndOnSense() throws {
        let lstm = try model("digits-lstm")
        var benchmark = EngineBenchmark()
        let free = DaemonError.usage("the size \"time\" of the model is free; choose it with --size time=<value>")
        #expect(throws: free) { try benchmark.measure(lstm) }
        benchmark.batch = 0
        #expect(throws: DaemonError.usage("--batch: expected an integer in 1...1048576, got 0")) {
            try benchmark.measure(lstm)
        }
    }
}
