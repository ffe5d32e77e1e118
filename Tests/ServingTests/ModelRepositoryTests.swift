import Dispatch
import ModelFormats
@testable import Serving
import Tensors
import TestSupport
import Testing

struct ModelRepositoryTests {
    private let files = TemporaryDirectory()

    private func load() throws -> ModelRepository {
        let repository = ModelRepository(configuration: .init(directory: files.path), engine: FakeEngine())
        try repository.loadAll()
        return repository
    }

    /// Golden rows with the right answers; `time` for a sequence model.
    private func golden(
        rows count: Int = 3, time: Int? = nil, change: (inout [String: Tensor]) -> Void = { _ in }
    ) -> [UInt8] {
        let floats = time.map { 2 * $0 } ?? 4
        let input = rows(of: 5, count: count, floats: floats)
        var tensors = [
            "input.0": Tensor(input, shape: time.map { [count, $0, 2] } ?? [count, 4]),
            "output.0": Tensor(expectedAnswer(to: input, floats: floats), shape: [count, 3]),
        ]
        change(&tensors)
        return SafeTensors(tensors: tensors).bytes()
    }

    private func reason(_ repository: ModelRepository, _ name: String) -> String? {
        let status = try? repository.model(named: name).last
        return status?.state == .failed ? status?.reason : nil
    }

    @Test func aGoodModelServes() throws {
        files.write("ok", to: "good/1/model.onnx")
        files.write(golden(), to: "good/1/golden.safetensors")
        files.write("[model]\nclass_names = [\"a\", \"b\", \"c\"]", to: "good/apus.toml")
        let repository = try load()
        let status = try #require(repository.index().first)
        #expect(repository.index().count == 1)
        #expect(status.model == "good" && status.version == 1 && status.state == .ready && status.reason.isEmpty)
        #expect(status.load?.goldenRows == 3 && status.load?.packedBytes == 28 && status.load?.parameterCount == 7)
        #expect(status.load?.fileBytes == 2 + golden().count)
        let version = try repository.version(of: "good")
        #expect(version === (try repository.version(of: "good", 1)))
        #expect(version.configuration.model.classNames == ["a", "b", "c"])
        let answers = Answers()
        version.submit(try version.request(9, rows: 2), completion: answers.completion(9))
        #expect(answers.wait(for: 1))
        #expect(answers.response(9)?.outputs[0].floats == expectedAnswer(to: rows(of: 9, count: 2)))
    }

    @Test func aFlatDirectoryIsVersionOne() throws {
        files.write("ok", to: "flat/model.onnx")
        files.write(golden(), to: "flat/golden.safetensors")
        files.write("", to: "flat/apus.toml")
        #expect(try load().version(of: "flat", 1).load.goldenRows == 3)
    }

    @Test func theNewestVersionServes() throws {
        for number in [2, 9, 10] { files.write("ok", to: "m/\(number)/model.onnx") }
        files.makeDirectory("m/notes")
        files.makeDirectory("m/011")
        let repository = try load()
        #expect(try repository.version(of: "m").number == 10)
        let states = try repository.model(named: "m").map(\.state)
        #expect(states == [.unavailable, .unavailable, .ready])
        #expect(
            throws: ServingError.notReady(
                model: "m", version: 9, state: .unavailable, reason: "is not among the newest versions")
        ) { try repository.version(of: "m", 9) }
        #expect(throws: ServingError.versionNotFound(model: "m", version: 3)) { try repository.version(of: "m", 3) }
        #expect(throws: ServingError.modelNotFound("x")) { try repository.version(of: "x") }
        #expect(throws: ServingError.modelNotFound("x")) { try repository.model(named: "x") }
    }

    @Test func aBadNewestVersionLeavesTheOlderOneServing() throws {
        files.write("ok", to: "m/1/model.onnx")
        files.write("truncated", to: "m/2/model.onnx")
        let repository = try load()
        #expect(try repository.version(of: "m").number == 1)
        #expect(reason(repository, "m") == "truncated")
        #expect(
            throws: ServingError.notReady(model: "m", version: 2, state: .failed, reason: "truncated")
        ) { try repository.version(of: "m", 2) }
    }

    @Test func badModelsDisturbNoOther() throws {
        files.write("ok", to: "good/1/model.onnx")
        files.write("truncated", to: "truncated/1/model.onnx")
        files.write("lying", to: "lying/1/model.onnx")
        files.write(golden(), to: "lying/1/golden.safetensors")
        files.write("ok", to: "toml/1/model.onnx")
        files.write("[batching]\nmax_size = 1", to: "toml/apus.toml")
        files.write("ok", to: "classes/1/model.onnx")
        files.write("[model]\nclass_names = [\"a\"]", to: "classes/apus.toml")
        files.write("ok", to: "bad name/1/model.onnx")
        files.write("ok", to: ".hidden/1/model.onnx")
        files.makeDirectory("empty")
        files.write("ok", to: "both/model.onnx")
        files.write("ok", to: "both/2/model.onnx")
        files.write("a file", to: "README.md")
        let repository = try load()
        #expect(try repository.version(of: "good").number == 1)
        #expect(
            repository.modelNames == [
                "bad name", "both", "classes", "empty", "good", "lying", "toml", "truncated",
            ])
        #expect(reason(repository, "truncated") == "truncated")
        #expect(
            reason(repository, "lying")
                == "golden.safetensors: output.0[0, 0]: expected 5.0 within 0.0005, got 6.0")
        #expect(reason(repository, "toml")?.hasPrefix("apus.toml: unknown key batching.max_size; known") == true)
        #expect(
            reason(repository, "classes")
                == "apus.toml: model.class_names: expected 3 names, one for each column of the output, got 1")
        #expect(
            reason(repository, "bad name")
                == "\"bad name\" is no model name: expected 1 to 128 of A-Z a-z 0-9 . _ - and no leading dot")
        #expect(
            reason(repository, "empty")
                == "empty: expected a version directory such as empty/1 or a model file, found neither")
        #expect(
            reason(repository, "both")
                == "both/model.onnx: stands beside version directories; move it into one of them")
        let lie = "golden.safetensors: output.0[0, 0]: expected 5.0 within 0.0005, got 6.0"
        #expect(throws: ServingError.notReady(model: "lying", version: nil, state: .failed, reason: lie)) {
            try repository.version(of: "lying")
        }
    }

    @Test func linksLeadNowhereElse() throws {
        let outside = TemporaryDirectory()
        outside.write("ok", to: "1/model.onnx")
        files.link("away", to: outside.path)
        files.write("ok", to: "inside/1/model.onnx")
        files.link("alias", to: "inside")
        files.link("inside/1/golden.safetensors", to: "\(outside.path)/1/model.onnx")
        let repository = try load()
        #expect(reason(repository, "away") == "away: links to a place outside of the model repository")
        #expect(
            reason(repository, "inside")
                == "inside/1/golden.safetensors: links to a place outside of the model repository")
    }

    @Test func aVersionThatLiesElsewhereDisturbsNoOther() throws {
        let outside = TemporaryDirectory()
        outside.write("ok", to: "1/model.onnx")
        outside.write("{}", to: "1/card.json")
        files.write("ok", to: "m/1/model.onnx")
        files.link("m/2", to: outside.path + "/1")
        let repository = try load()
        #expect(try repository.version(of: "m").number == 1)
        #expect(reason(repository, "m") == "m/2: links to a place outside of the model repository")
        #expect(throws: ServingError.self) { try repository.location(of: "m", 2) }
        #expect(throws: ServingError.self) { try repository.card(of: "m", 2) }
        files.write("ok", to: "m/3/model.onnx")
        try repository.rescan("m")
        #expect(try repository.version(of: "m").number == 3)
    }

    @Test func aModelFileMustNotLieElsewhere() throws {
        let outside = TemporaryDirectory()
        outside.write("ok", to: "model.onnx")
        files.write("ok", to: "shared/1/model.onnx")
        files.makeDirectory("near")
        files.makeDirectory("near/1")
        files.link("near/1/model.onnx", to: "../../shared/1/model.onnx")
        files.makeDirectory("far")
        files.makeDirectory("far/1")
        files.link("far/1/model.onnx", to: outside.path + "/model.onnx")
        files.makeDirectory("gone")
        files.makeDirectory("gone/1")
        files.link("gone/1/model.onnx", to: "nowhere")
        let repository = try load()
        #expect(try repository.version(of: "near").number == 1)
        #expect(reason(repository, "far") == "far/1/model.onnx: links to a place outside of the model repository")
        #expect(reason(repository, "gone") == "gone/1/model.onnx: No such file or directory")
    }

    @Test func misplacedFilesAreNamed() throws {
        files.write("ok", to: "loose.onnx")
        files.write("ok", to: "named/v1/model.onnx")
        files.write("ok", to: "flat/MODEL.ONNX")
        files.write("not a safetensors file", to: "golden/1/golden.safetensors")
        files.write("ok", to: "golden/1/model.onnx")
        let repository = try load()
        #expect(
            reason(repository, "loose.onnx")
                == "loose.onnx: is a model file in the repository itself; move it to loose/1/loose.onnx")
        #expect(
            reason(repository, "named")
                == "named: expected a version directory such as named/1 or a model file, "
                + "found the directory \"v1\", whose name is no integer from 1 on")
        // It is found, and the engine says what is wrong with it.
        #expect(reason(repository, "flat") == "no model.onnx")
        #expect(reason(repository, "golden")?.hasPrefix("golden.safetensors: safetensors") == true)
    }

    @Test func aMissingRepositoryIsAnError() {
        let repository = ModelRepository(configuration: .init(directory: "/nowhere/models"), engine: FakeEngine())
        #expect(throws: ServingError.file("/nowhere/models", reason: "No such file or directory")) {
            try repository.loadAll()
        }
    }

    @Test func goldenRowsMeasureTheModelAtTheirSizes() throws {
        files.write("sequence", to: "with/1/model.onnx")
        files.write(golden(time: 4), to: "with/1/golden.safetensors")
        files.write("sequence", to: "without/1/model.onnx")
        let repository = try load()
        #expect(try repository.version(of: "with").load.rowNanoseconds != nil)
        #expect(try repository.version(of: "without").load.rowNanoseconds == nil)
    }

    @Test func goldenFilesThatDoNotFitAreRefused() throws {
        files.write("ok", to: "missing/1/model.onnx")
        files.write(golden { $0["output.0"] = nil }, to: "missing/1/golden.safetensors")
        files.write("ok", to: "rows/1/model.onnx")
        files.write(
            golden { $0["output.0"] = Tensor([0, 0, 0] as [Float], shape: [1, 3]) }, to: "rows/1/golden.safetensors")
        files.write("ok", to: "shape/1/model.onnx")
        files.write(
            golden { $0["input.0"] = Tensor([0, 0, 0] as [Float], shape: [3, 1]) }, to: "shape/1/golden.safetensors")
        files.write("ok", to: "columns/1/model.onnx")
        files.write(
            golden { $0["output.0"] = Tensor([0, 0, 0] as [Float], shape: [3, 1]) }, to: "columns/1/golden.safetensors")
        files.write("ok", to: "nan/1/model.onnx")
        files.write(
            golden { $0["output.0"] = Tensor([.nan] + [Float](repeating: 0, count: 8), shape: [3, 3]) },
            to: "nan/1/golden.safetensors")
        files.write("ok", to: "cut/1/model.onnx")
        files.write(Array(golden().dropLast(4)), to: "cut/1/golden.safetensors")
        let repository = try load()
        let prefix = "golden.safetensors: "
        #expect(
            reason(repository, "missing")
                == prefix + "output.0: expected a tensor, as the model has 1 outputs, got none")
        #expect(reason(repository, "rows") == prefix + "output.0: expected 3 rows, as input.0 has, got [1, 3]")
        #expect(reason(repository, "shape") == prefix + "input \"x\": expected rows of shape [4], got [1]")
        #expect(reason(repository, "columns") == prefix + "output.0: expected shape [3, 3], got [3, 1]")
        #expect(reason(repository, "nan") == prefix + "output.0[0, 0]: expected nan within 0.0, got 5.0")
        #expect(reason(repository, "cut")?.hasPrefix(prefix) == true)
    }

    @Test(arguments: [(15 as Float, true), (25, false)])
    func largeOutputsMayBeOffByMore(error: Float, isAllowed: Bool) throws {
        var output = expectedAnswer(to: [200_000, 0, 0, 0])
        output[0] += error
        let tensors = [
            "input.0": Tensor([200_000, 0, 0, 0] as [Float], shape: [1, 4]), "output.0": Tensor(output, shape: [1, 3]),
        ]
        files.write("ok", to: "m/1/model.onnx")
        files.write(SafeTensors(tensors: tensors).bytes(), to: "m/1/golden.safetensors")
        #expect(try load().model(named: "m").first?.state == (isAllowed ? .ready : .failed))
    }

    @Test func stoppingStopsEveryVersion() throws {
        files.write("ok", to: "a/1/model.onnx")
        files.write("ok", to: "b/1/model.onnx")
        let repository = try load()
        let version = try repository.version(of: "a")
        let drained = DispatchSemaphore(value: 0)
        repository.stop { drained.signal() }
        #expect(drained.wait(timeout: .now() + 60) == .success)
        let answers = Answers()
        version.submit(try version.request(0, rows: 1), completion: answers.completion(0))
        #expect(answers.error(0) == .shuttingDown)
    }

    @Test(arguments: [
        ("a", true), ("A-Z_0.9", true), (String(repeating: "x", count: 128), true),
        ("", false), (".a", false), ("a/b", false), ("a b", false), ("é", false), ("a\n", false),
        (String(repeating: "x", count: 129), false),
    ])
    func namesAreChecked(name: String, isAllowed: Bool) {
        #expect(FoundModel.isName(name) == isAllowed)
    }

    @Test(arguments: [("1", 1), ("20", 20), ("0", nil), ("01", nil), ("-1", nil), ("+1", nil), ("v1", nil), ("", nil)])
    func versionNumbersAreCanonical(name: String, number: Int?) {
        #expect(FoundModel.versionNumber(name) == number)
    }
}
