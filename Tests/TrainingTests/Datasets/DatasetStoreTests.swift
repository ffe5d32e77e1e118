import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

struct DatasetStoreTests {
    private let stored: TestStore
    private let table = Array("x,y\n1,a\n2,b\n".utf8)

    init() throws { stored = try TestStore() }

    @Test func keepsDatasetsByName() throws {
        let first = try stored.store.add(name: "first", bytes: table)
        try stored.store.add(name: "second", bytes: table, format: .csv)
        #expect(first.format == .csv && first.byteCount == table.count)
        #expect(first.digest == SHA256.digest(of: table).hexadecimal)
        let again = try DatasetStore(directory: stored.directory.path + "/datasets")
        #expect(try again.names() == ["first", "second"])
        #expect(try again.list().first == first)
        #expect(throws: DatasetError.exists("first")) { try stored.store.add(name: "first", bytes: table) }
        try stored.store.delete(named: "first")
        #expect(throws: DatasetError.notFound("first")) { try again.dataset(named: "first") }
        #expect(throws: DatasetError.notFound("first")) { try again.delete(named: "first") }
        #expect(try again.names() == ["second"])
    }

    @Test(arguments: ["", ".", "..", "a/b", ".hidden", "-x", "a b", "ü", "a\u{0}", String(repeating: "a", count: 65)])
    func refusesNames(name: String) {
        #expect(throws: DatasetError.invalidName(name)) { try stored.store.add(name: name, bytes: table) }
        #expect(throws: DatasetError.invalidName(name)) { try stored.store.dataset(named: name) }
        #expect(throws: DatasetError.invalidName(name)) { try stored.store.delete(named: name) }
    }

    @Test func readsFilesBelowItsRootOnly() throws {
        let root = stored.directory.path + "/root"
        stored.directory.write(table, to: "root/tables/small.csv")
        stored.directory.write(table, to: "outside.csv")
        stored.directory.link("root/link.csv", to: "../outside.csv")
        stored.directory.link("root/folder", to: "..")
        #expect(try stored.store.add(name: "a", path: "tables/small.csv", below: root).rowCount == 2)
        for path in [
            "../outside.csv", "/etc/passwd", "link.csv", "folder/outside.csv", "tables/../../outside.csv", "",
            "none.csv",
        ] {
            #expect(throws: DatasetError.self, "\(path)") { try stored.store.add(name: "b", path: path, below: root) }
        }
        #expect(try stored.store.names() == ["a"])
    }

    @Test func leavesNothingOfWhatItRefuses() throws {
        #expect(throws: DatasetError.self) { try stored.store.add(name: "a", bytes: Array("a,b\n1,2\n3\n".utf8)) }
        #expect(throws: DatasetError.self) { try stored.store.add(name: "a", bytes: []) }
        #expect(throws: DatasetError.self) { try stored.store.add(name: "a", bytes: [0, 1, 2, 3]) }
        #expect(try Directories.names(stored.directory.path + "/datasets") == [])
    }

    @Test func removesWhatACrashLeft() throws {
        stored.directory.write(table, to: "datasets/.incoming-a-1-2/train/cells.bin")
        #expect(try stored.store.names() == [])
        try stored.store.removeLeftovers()
        #expect(try Directories.names(stored.directory.path + "/datasets") == [])
    }

    @Test func noticesDamage() throws {
        let dataset = try stored.store.add(name: "a", bytes: table)
        stored.directory.write([1, 2, 3], to: "datasets/a/train/cells.bin")
        #expect(throws: DatasetError.damaged(name: "a", reason: "the files of train are not 2 rows long")) {
            try DatasetReader(dataset)
        }
        stored.directory.write("{}", to: "datasets/a/dataset.json")
        #expect(throws: DatasetError.self) { try stored.store.dataset(named: "a") }
        #expect(try stored.store.list() == [])
        try stored.store.delete(named: "a")
    }

    @Test func refusesPickledArrays() {
        let objects = contents(of: Repository.root + "/Tests/ModelFormatsTests/Fixtures/objects.npy")
        let error = #expect(throws: DatasetError.self) {
            try stored.store.add(name: "a", bytes: ZipBuilding.archive([("x.npy", objects)]), format: .npz)
        }
        #expect(error.map { "\($0)" }?.contains("an array of Python objects") == true)
    }

    @Test func readsATableOfNumbersFromOneArray() throws {
        let array = NpyWriter.bytes(of: Tensor([1, 2, 0.5, 3, 4, 1.5], shape: [2, 3]))
        let dataset = try stored.store.add(name: "a", bytes: array)
        #expect(dataset.format == .npy && dataset.defaultTarget == "column_2" && dataset.rowCount == 2)
    }

    /// Every way to cut a table into two files of bytes reads like a table: what is missing is noticed or is a shorter
    /// one.
    @Test func survivesDamagedTables() throws {
        let text = Array("n,\"a \"\"b\"\"\",y\r\n1.5,\"x\ny\",1\r\n?,,0\r\n-2e3,z,1\r\n".utf8)
        var random = RandomSource(seed: 3)
        for _ in 0..<300 {
            var copy = text
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                copy[Int.random(in: 0..<copy.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if (try? stored.store.add(name: "a", bytes: copy, format: .csv)) != nil {
                try stored.store.delete(named: "a")
            }
        }
        for count in 0..<text.count {
            if (try? stored.store.add(name: "a", bytes: Array(text[..<count]), format: .csv)) != nil {
                try stored.store.delete(named: "a")
            }
        }
    }
}
