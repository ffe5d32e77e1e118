import Serving
import TestSupport
import Testing

struct ModelConfigurationTests {
    @Test func emptyFileIsTheDefaults() throws {
        let configuration = try ModelConfiguration(toml: "")
        #expect(configuration == ModelConfiguration())
        #expect(configuration.batching.maxBatchSize == 256)
        #expect(configuration.batching.maxQueueRows == 4096)
        #expect(configuration.batching.maxDelayMilliseconds == 0)
        #expect(configuration.batching.inlining == .auto)
        #expect(configuration.batching.instances == 2)
        #expect(configuration.golden.tolerance == 1e-4)
    }

    @Test func isFoundFromAVersion() throws {
        let folder = TemporaryDirectory()
        folder.makeDirectory("numbered/3")
        folder.write("[model]\ndescription = \"one\"", to: "numbered/apus.toml")
        folder.write("[model]\ndescription = \"two\"", to: "flat/apus.toml")
        #expect(try ModelConfiguration(ofVersion: folder.path + "/numbered/3").model.description == "one")
        #expect(try ModelConfiguration(ofVersion: folder.path + "/flat").model.description == "two")
        folder.makeDirectory("none/1")
        #expect(try ModelConfiguration(ofVersion: folder.path + "/none/1") == ModelConfiguration())
    }

    @Test func everyKeyIsRead() throws {
        let configuration = try ModelConfiguration(
            toml: """
                [model]
                description = "Größe"
                class_names = ["cat", "dog"]
                [batching]
                max_batch_size = 32
                max_queue_rows = 64
                max_delay_ms = 1.5
                inline = "never"
                instances = 2
                [golden]
                tolerance = 1
                """)
        #expect(configuration.model.description == "Größe")
        #expect(configuration.model.classNames == ["cat", "dog"])
        #expect(configuration.batching.maxBatchSize == 32)
        #expect(configuration.batching.maxQueueRows == 64)
        #expect(configuration.batching.maxDelayMilliseconds == 1.5)
        #expect(configuration.batching.inlining == .never)
        #expect(configuration.batching.instances == 2)
        #expect(configuration.golden.tolerance == 1)
    }

    @Test(arguments: [
        (
            "[batching]\nmax_size = 3",
            "apus.toml: unknown key batching.max_size; known keys are batching.max_batch_size, "
                + "batching.max_queue_rows, batching.max_delay_ms, batching.inline, batching.instances"
        ),
        ("batch = 1", "apus.toml: unknown key batch; known keys are model, batching, golden, versions, preprocessing"),
        ("[model]\nname = 1", "apus.toml: unknown key model.name; known keys are model.description, model.class_names"),
        ("[golden]\nx = 1", "apus.toml: unknown key golden.x; known keys are golden.tolerance"),
        (
            "[preprocessing]\nscale = 1979-05-27",
            "apus.toml: preprocessing.scale: expected a number, a text, a list or a table, got 1979-05-27"
        ),
        ("batching = 3", "apus.toml: batching: expected a table, got 3"),
        ("[model]\ndescription = 3", "apus.toml: model.description: expected a string, got 3"),
        ("[model]\nclass_names = \"a\"", "apus.toml: model.class_names: expected a list of strings, got \"a\""),
        ("[model]\nclass_names = [\"a\", 1]", "apus.toml: model.class_names[1]: expected a string, got 1"),
        (
            "[batching]\nmax_batch_size = 0",
            "apus.toml: batching.max_batch_size: expected an integer in 1...65536, got 0"
        ),
        (
            "[batching]\nmax_batch_size = \"8\"",
            "apus.toml: batching.max_batch_size: expected an integer in 1...65536, got \"8\""
        ),
        (
            "[batching]\nmax_batch_size = 8.0",
            "apus.toml: batching.max_batch_size: expected an integer in 1...65536, got 8.0"
        ),
        (
            "[batching]\nmax_batch_size = [8]",
            "apus.toml: batching.max_batch_size: expected an integer in 1...65536, got a list"
        ),
        (
            "[batching]\nmax_delay_ms = -1",
            "apus.toml: batching.max_delay_ms: expected a number in 0.0...10000.0, got -1"
        ),
        ("[batching]\ninline = true", "apus.toml: batching.inline: expected \"auto\" or \"never\", got true"),
        ("[golden]\ntolerance = nan", "apus.toml: golden.tolerance: expected a number in 0.0...1.0, got nan"),
    ])
    func refusalsNameTheKey(toml: String, message: String) {
        let error = #expect(throws: ServingError.self) { try ModelConfiguration(toml: toml) }
        #expect(error?.description == message)
    }

    @Test func syntaxErrorsHaveAPlace() {
        let error = #expect(throws: ServingError.self) { try ModelConfiguration(toml: "[model]\ndescription = \n") }
        guard case .invalidTOML("apus.toml", let line, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(line == 2)
    }
}
