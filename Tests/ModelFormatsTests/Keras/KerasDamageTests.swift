import JSON
import TestSupport
import Testing

@testable import ModelFormats

/// Files of Keras that somebody damaged.
struct KerasDamageTests {
    private static func read(_ bytes: [UInt8]) throws {
        _ = try KerasReader.model(ByteSource(bytes), directory: Fixtures.path("hdf5")).model.graph()
    }

    @Test(arguments: ["keras3/bfloat16/model.keras", "keras3/bfloat16/model.h5"])
    func refusesEveryBeginning(file: String) throws {
        let bytes = try Fixtures.bytes(file)
        try Self.read(bytes)
        Damage.truncations(of: bytes, Self.read)
    }

    @Test(arguments: [
        "keras3/bfloat16/model.keras", "keras3/states/model.h5", "keras2/gru/model.h5", "keras3/masked/model.keras",
    ])
    func survivesDamage(file: String) throws {
        Damage.mutations(of: try Fixtures.bytes(file), count: 200, Self.read)
    }

    /// The config alone, without the checksum of a zip archive or the structures of HDF5 around it.
    @Test(arguments: ["keras3/masked-weights", "keras2/nested-weights"])
    func survivesDamagedConfigs(directory: String) throws {
        let config = try Fixtures.bytes("\(directory)/config.json")
        let weights = try Fixtures.bytes("\(directory)/model.weights.h5")
        Damage.mutations(of: config, count: 200) { bytes in
            let json = try BundleFile.parse(bytes, name: "config.json", maximumDepth: 64)
            _ = try KerasModel(config: json, version: nil, weights: try HDF5File(ByteSource(weights))).model.graph()
        }
    }

    @Test func refusesADeepConfig() throws {
        let deep = String(repeating: "[", count: 100_000)
        let directory = TemporaryDirectory()
        directory.write(deep, to: "config.json")
        directory.write(try Fixtures.bytes("hdf5/small.h5"), to: "model.weights.h5")
        let error = #expect(throws: ModelFormatError.self) { try ModelLoader.loadModel(path: directory.path) }
        #expect("\(try #require(error))".contains("nested deeper than 64"))
    }

    @Test func asksForTheConfigOfWeights() throws {
        let error = #expect(throws: ModelFormatError.self) {
            try ModelLoader.loadModel(path: Fixtures.path("hdf5/small.h5"))
        }
        #expect("\(try #require(error))".contains("config.json beside them"))
    }
}
