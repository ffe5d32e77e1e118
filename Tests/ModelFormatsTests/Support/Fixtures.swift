import ModelFormats
import TestSupport

/// Files beside the tests.
enum Fixtures {
    static func path(_ name: String) -> String { Repository.root + "/Tests/ModelFormatsTests/Fixtures/" + name }

    static func bytes(_ name: String) throws -> [UInt8] { try FileBytes.read(path(name)) }
}
