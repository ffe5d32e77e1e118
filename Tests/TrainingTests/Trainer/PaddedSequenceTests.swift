import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats
@testable import Training

/// Sequences of different lengths with the preset for sequences.
struct PaddedSequenceTests {
    private static func lines(longest: Int) -> String {
        var random = RandomSource(seed: 4)
        var lines = (0..<60).map { row in
            let numbers = (0..<(2 + row % 5)).map { _ in "\(Float(random.uniform()))" }
            return "{\"x\": [\(numbers.joined(separator: ", "))], \"y\": \(row % 2)}"
        }
        let filling = [String](repeating: "0.5", count: longest)
        lines.append("{\"x\": [\(filling.joined(separator: ", "))], \"y\": 0}")
        return lines.joined(separator: "\n")
    }

    /// Losses of each epoch, where so many steps are padded to.
    private static func losses(longest: Int, side: String) throws -> [Double] {
        let (stored, jobs) = (try TestStore(), TemporaryDirectory())
        let request = try TrainingRequest(
            json: try JSONValue(
                parsing: """
                    {"dataset": "data", "preset": "seed-lstm", "epochs": 2, "batch_size": 8, "shuffle": false,
                     "preprocessing": {"steps": [{"step": "pad", "length": \(longest), "side": "\(side)"}]},
                     "splits": {"validation": 0, "test": 0}}
                    """))
        let dataset = try stored.add(Array(lines(longest: 8).utf8), .jsonl)
        let setup = try TrainingSetup(request: request, dataset: dataset)
        jobs.makeDirectory("job")
        let run = try TrainingRun(setup: setup, directory: jobs.path + "/job", kernels: .best(), pool: nil)
        return try run.finish().result.history.values(of: "train_loss").map(\.value)
    }

    @Test(arguments: ["end", "start"]) func fillingChangesNothing(side: String) throws {
        let (short, long) = (try Self.losses(longest: 8, side: side), try Self.losses(longest: 30, side: side))
        #expect(short.count == 2)
        for (a, b) in zip(short, long) { #expect(abs(a - b) < 1e-6) }
    }
}
