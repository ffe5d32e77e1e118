import Glibc
@testable import Serving
import TestSupport
import Testing

/// The models are on a small file system of their own, which only root may mount.
@Suite(.enabled(if: SmallDisk(megabytes: 1) != nil)) struct FullDiskTests {
    private let publisher = Publisher()

    @Test func aBundleThatDoesNotFitChangesNothing() throws {
        let disk = try #require(SmallDisk(megabytes: 1))
        let repository = ModelRepository(configuration: .init(directory: disk.path), engine: FakeEngine())
        try repository.loadAll()
        #expect(try publisher.publish(1, to: repository) == 1)
        let large = publisher.bundle("large", "plus 2")
        publisher.bundles.write([UInt8](repeating: 7, count: 2 << 20), to: "large/weights.bin")
        for model in ["m", "new"] {
            #expect(throws: ServingError.file("bundle/weights.bin", reason: "No space left on device")) {
                try repository.publish(large, as: model)
            }
        }
        #expect(repository.modelNames == ["m"])
        #expect(try repository.offset() == 1)
        #expect(access("\(disk.path)/m/2", F_OK) != 0 && access("\(disk.path)/new", F_OK) != 0)
        #expect(try FileTree(path: "\(disk.path)/.staging", name: "staging").directories.isEmpty)
        #expect(publisher.bundles.has("large/weights.bin"))
        #expect(try publisher.publish(3, to: repository) == 2)

        // Not a byte is left, not even for the labels. A rollback is done all the same, for as long as it can be.
        fill("\(disk.path)/filler")
        let full = ServingError.file("m/labels.json", reason: "No space left on device")
        #expect(throws: ServingError.self) { try publisher.publish(4, to: repository) }
        #expect(throws: full) { try repository.set(label: "canary", of: "m", to: 1) }
        #expect(try repository.rollback("m") == 1)
        #expect(try repository.offset() == 1)
        #expect(try repository.snapshot(of: "m").unsaved == full)
        unlink("\(disk.path)/filler")
        #expect(try publisher.publish(4, to: repository) == 3)
        #expect(try repository.snapshot(of: "m").unsaved == nil)
        #expect(try repository.rollback("m") == 1)
    }

    private func fill(_ path: String) {
        let file = open(path, O_WRONLY | O_CREAT, 0o644)
        let bytes = [UInt8](repeating: 1, count: 4096)
        while write(file, bytes, bytes.count) > 0 {}
        close(file)
    }
}
