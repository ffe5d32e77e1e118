import Daemon
import Glibc
import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

/// `apus convert`.
struct ConversionTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path }

    private func convert(
        _ input: String, _ output: String, change: (inout Conversion) -> Void = { _ in }
    ) throws -> ConversionReport {
        var conversion = Conversion(input: input, output: "\(path)/\(output)")
        change(&conversion)
        return try conversion.run(kernels: Kernels.best())
    }

    @Test(arguments: ["digits-cnn", "digits-lstm"])
    func aModelGoesThroughAllFormats(name: String) throws {
        let first = try convert(Repository.model(name), "native")
        #expect(first.inputFormat == "onnx" && first.outputFormat == "native")
        #expect(try DirectoryListing.names("\(path)/native").contains("golden.safetensors"))
        let second = try convert("\(path)/native", "m.onnx")
        #expect(second.inputFormat == "native" && second.parity?.largestDifference ?? 1 <= 1e-5)
        #expect(second.parity?.batches == [1, 3])
        #expect(second.leftOut.first?.hasPrefix("golden.safetensors: onnx has no place for it") == true)
        let third = try convert("\(path)/m.onnx", "m.safetensors")
        #expect(third.rows.map { $0.from.prefix { $0 != " " } } == first.rows.map { $0.from.prefix { $0 != " " } })
        #expect(directory.has("architecture.json"))
        let fourth = try convert("\(path)/m.safetensors", "m.npz")
        #expect(fourth.parity == nil)
        #expect(try NpzReader.tensors(path: "\(path)/m.npz").count >= 4)
        #expect(fourth.parameterCount == first.parameterCount && first.parameterCount > 10_000)
        #expect(
            first.text.contains("parity      largest difference 0.0 (at most 1e-05), random rows in batches of 1 and 3")
        )
        let json = try JSONValue(parsing: second.json)
        #expect(json["output"]?["format"] == "onnx" && json["parity"]?["bound"]?.double == 1e-5)
    }

    @Test func layersAreNamedInTheReport() throws {
        let json: JSONValue = [
            "input_shape": [6, 6, 2],
            "layers": [
                ["type": "Conv2D", "name": "c", "filters": 2, "kernel_size": 3, "activation": "relu"],
                ["type": "Flatten"], ["type": "Dense", "name": "d", "units": 3],
            ],
        ]
        directory.write(json.bytes, to: "in/architecture.json")
        var random = RandomSource(seed: 1)
        let shapes: [String: Shape] = [
            "c.weight": [2, 2, 3, 3], "c.bias": [2], "d.weight": [3, 32], "d.bias": [3],
        ]
        let tensors = shapes.mapValues { Tensor(random.uniform(count: $0.elementCount, in: -1..<1), shape: $0) }
        directory.write(SafeTensors(tensors: tensors).bytes(), to: "in/model.safetensors")
        let report = try convert("\(path)/in", "out.onnx")
        #expect(report.rows.map(\.from) == ["Conv2D c", "Flatten flatten", "Dense d"])
        #expect(report.rows.map(\.to) == [["Transpose", "Conv", "Relu"], ["Transpose", "Flatten"], ["Gemm"]])
        #expect(report.rows.map(\.parameterCount) == [38, 0, 99])
        #expect(report.rows[0].shape == "[4, 4, 2]")
        #expect(try convert("\(path)/in", "out.npz").rows[0].to == ["c.weight", "c.bias"])
        #expect(try convert("\(path)/in", "out").rows[0].to == ["Conv2D c"])
    }

    @Test func nothingIsReplacedUnasked() throws {
        directory.write("mine", to: "m.onnx")
        directory.write("mine", to: "d/notes.txt")
        directory.write("mine", to: "s/architecture.json")
        for (place, reason) in [
            ("m.onnx", "m.onnx: is there already; --force replaces it"),
            ("d", "d: is there already; --force replaces it"),
            ("s/m.safetensors", "s/architecture.json: is there already; --force replaces it"),
        ] {
            let error = #expect(throws: DaemonError.self) { try convert(Repository.model("digits-lstm"), place) }
            #expect(error?.description.hasSuffix(reason) == true && error?.exitCode == 64, "\(place)")
        }
        _ = try convert(Repository.model("digits-lstm"), "m.onnx") { $0.replaces = true }
        let error = #expect(throws: DaemonError.self) {
            try convert(Repository.model("digits-lstm"), "d") { $0.replaces = true }
        }
        #expect(error?.description.contains("is a directory without a model") == true)
        _ = try convert(Repository.model("digits-lstm"), "n")
        _ = try convert(Repository.model("digits-lstm"), "n") { $0.replaces = true }
        #expect(try DirectoryListing.names(path) == ["d", "m.onnx", "n", "s"])
        #expect(!directory.hasHidden)
    }

    @Test func aFormatThatIsOnlyReadIsRefused() {
        for name in ["m.keras", "m.pt", "m.h5"] {
            let error = #expect(throws: DaemonError.self) { try convert(Repository.model("digits-lstm"), name) }
            #expect(error?.description.contains("expected a place whose name ends in .onnx") == true)
        }
    }

    @Test func aDifferenceAboveTheBoundWritesNothing() throws {
        // Rows of a file, and a bound that nothing but the same bits keeps.
        let rows = Tensor([Float](repeating: 0.5, count: 2 * 784), shape: [2, 28, 28, 1])
        directory.write(NpyWriter.bytes(of: rows), to: "rows.npy")
        let report = try convert(Repository.model("digits-cnn"), "a.onnx") {
            $0.rowsPath = "\(path)/rows.npy"
            $0.bound = 0
        }
        #expect(report.parity?.batches == [2] && report.parity?.rows == "rows.npy")
        let error = #expect(throws: DaemonError.self) {
            try convert(Repository.model("digits-cnn"), "b.onnx") { $0.bound = -1 }
        }
        #expect(error?.description.contains("nothing was written: answers differ by 0.0, more than -1.0") == true)
        #expect(!directory.has("b.onnx") && !directory.hasHidden)
    }

    /// A state_dict without an architecture: one is proposed.
    @Test func aNetworkIsProposedForTensors() throws {
        let tensors = Repository.fixture("golden/t_gru/model.safetensors")
        let error = #expect(throws: DaemonError.self) { try convert(tensors, "no.onnx") }
        #expect(error?.description.contains("--from-state-dict") == true)
        let report = try convert(tensors, "out") { $0.proposesArchitecture = true }
        #expect(report.rows.map(\.from) == ["GRU rnn", "Dense fc"] && !report.assumptions.isEmpty)
        #expect(report.text.contains("assumed     "))
        #expect(try convert("\(path)/out", "m.onnx").parity?.holds == true)
        let document = try convert(tensors, "proposal.json") { $0.proposesArchitecture = true }
        #expect(document.parity == nil && document.outputFormat == "architecture")
        let json = try #require(try BundleFile.json("proposal.json", in: path))
        #expect(json["layers"]?.array?.count == 2 && json["assumptions"] != nil)
        #expect(throws: DaemonError.self) { try convert("\(path)/out", "other.json") }
        #expect(throws: DaemonError.self) { try convert("\(path)/out", "other.onnx") { $0.inputShape = [3] } }
    }

    @Test func statedPreprocessingBecomesAFile() throws {
        directory.write(try FileBytes.read(Repository.model("digits-cnn") + "/1/model.onnx"), to: "m/3/model.onnx")
        directory.write("[preprocessing]\nscale = 0.5\n", to: "m/apus.toml")
        _ = try convert("\(path)/m", "out")
        let json = try #require(try BundleFile.json(BundleFile.preprocessing, in: "\(path)/out"))
        #expect(json["steps"]?.array?.first?["factor"] == 0.5)
        #expect(json["input"]?["shape"] == [28, 28, 1])
    }

    @Test func everythingAgainstAModelIsSaid() throws {
        directory.write("x", to: "m.onnx")
        let error = #expect(throws: DaemonError.self) { try convert("\(path)/m.onnx", "o.onnx") }
        #expect(error?.exitCode == 65)
        let json = try JSONValue(parsing: ModelDiagnosis.refusal(of: "\(path)/m.onnx", error ?? .output(reason: "")))
        #expect(json["refused"]?.array?.count == 1)
    }
}

extension TemporaryDirectory {
    /// Whether a file was left under a hidden name.
    fileprivate var hasHidden: Bool {
        guard let stream = opendir(path) else { return false }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("."), name != ".", name != ".." { return true }
        }
        return false
    }
}
