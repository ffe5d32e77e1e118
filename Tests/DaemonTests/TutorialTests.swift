import Glibc
import TestSupport
import Testing

/// The tutorials do as they say: their blocks are pasted into a shell beside the built executable.
struct TutorialTests {
    private static let directory = Repository.root + "/docs/tutorials"

    @Test(arguments: ["time-series.md", "table.md"])
    func doesAsItSays(_ name: String) throws {
        let tutorial = Tutorial(markdown: text(of: "\(Self.directory)/\(name)"))
        #expect(tutorial.blocks.count > 5 && tutorial.blocks.allSatisfy { !$0.expectations.isEmpty })
        let folder = TemporaryDirectory()
        folder.makeDirectory("models")
        for file in ["italy-power-demand.csv", "house-prices.csv"] {
            folder.write(contents(of: "\(Self.directory)/\(file)"), to: "work/\(file)")
        }
        // Jobs do not wait here until nobody else wants the processor.
        let apus = try ApusProcess.serving(
            ["--models", folder.path + "/models", "--data", folder.path + "/data"],
            environment: ["APUS_TRAINING_PRIORITY": "normal"])
        let port = try #require(apus.port(), "\(apus.log)")
        let run = ShellScript(tutorial.script(port: port), in: folder.path + "/work", seconds: 300)
        let outputs = tutorial.outputs(of: run.output)
        #expect(run.status == 0 && outputs.count == tutorial.blocks.count, "\(run.log)\n\(apus.log)")
        for (block, output) in zip(tutorial.blocks, outputs) {
            for expectation in block.expectations {
                #expect(expectation.holds(for: output), "\(name):\(block.line) has printed:\n\(output)")
            }
        }
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    @Test func readsBlocksAndExpectations() {
        let tutorial = Tutorial(
            markdown: """
                <!-- expect: nothing yet -->
                ```sh
                curl localhost:8080/livez
                ```
                ```json
                {}
                ```
                <!-- expect: "a":1 -->
                <!-- expect: b_c >= 0.5 -->
                ```sh
                true
                ```
                """)
        #expect(tutorial.blocks.map(\.line) == [2, 10])
        #expect(tutorial.blocks[0].expectations == [.text(#""a":1"#), .number("b_c", .atLeast, 0.5)])
        #expect(
            tutorial.script(port: 9) == "curl 127.0.0.1:9/livez\nprintf '\\036'\ntrue\nprintf '\\036'\n")
        #expect(tutorial.outputs(of: "one\u{1E}two") == ["one", "two"])
    }

    @Test(arguments: [
        (#""test_r2":0.5,"r2":0.25"#, "r2 == 0.25", true), ("r2   -1.5e-3", "r2 < 0", true),
        (#""p":[[7.5]]"#, "p > 7.5", false), (#""p":null"#, "p < 1", false), ("p", "p <= 1", false),
        ("abc", "b", true), ("abc", "d", false),
    ])
    func comparesNumbersAndTexts(_ output: String, _ expectation: String, _ holds: Bool) {
        #expect(Expectation(expectation).holds(for: output) == holds)
    }
}
