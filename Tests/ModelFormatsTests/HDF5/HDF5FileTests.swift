import Tensors
import Testing

@testable import ModelFormats

/// HDF5 files as h5py writes them.
struct HDF5FileTests {
    /// A file of the fixtures, with its root group.
    private static func open(_ name: String) throws -> (file: HDF5File, root: HDF5Group) {
        let file = try HDF5File(ByteSource(try Fixtures.bytes("hdf5/\(name).h5")))
        return (file, try HDF5Group(file.root))
    }

    private static func tensor(_ name: String, _ path: String) throws -> Tensor {
        var (file, root) = try open(name)
        let parts = path.split(separator: "/")
        let group = try #require(try root.group(parts.dropLast().joined(separator: "/")))
        return try file.tensor(try #require(try group.object(String(parts[parts.count - 1]))))
    }

    @Test(arguments: ["little", "big"], ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
    func readsNumbersOfEveryTypeAndByteOrder(order: String, type: String) throws {
        let tensor = try Self.tensor("types", "\(order)/\(type)")
        let types: [String: DType] = [
            "f2": .float32, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
            "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64,
        ]
        #expect(tensor.dtype == types[type])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.convertedToFloat32().floats == [0, 1, 2, 3, 4, 5])
    }

    @Test func readsSingleNumbersAndEmptyArrays() throws {
        let scalar = try Self.tensor("types", "scalar")
        #expect(scalar.shape == [])
        #expect(scalar.floats == [2.5])
        #expect(try Self.tensor("types", "empty").shape == [0, 3])
    }

    @Test(arguments: ["plain", "gzip", "shuffle", "fletcher32"])
    func readsChunks(name: String) throws {
        let tensor = try Self.tensor("chunked", name)
        #expect(tensor.shape == [7, 10])
        #expect(tensor.floats == (0..<70).map { Float($0) })
    }

    @Test func readsChunksOfManyDimensionsAndDeepTrees() throws {
        #expect(try Self.tensor("chunked", "cube").convertedToFloat32().floats == (0..<60).map { Float($0) })
        #expect(try Self.tensor("chunked", "many").convertedToFloat32().floats == (0..<1000).map { Float($0) })
    }

    @Test func readsGroupsOfManyNames() throws {
        var (file, root) = try Self.open("many")
        let group = try #require(try root.group("group"))
        #expect(group.names.count == 300)
        for index in [0, 7, 150, 299] {
            let object = try #require(try group.object("dataset\(index)"))
            #expect(try file.tensor(object).floats == [Float(index)])
        }
        #expect(try group.object("none") == nil)
        #expect(try root.group("group/none") == nil)
    }

    @Test func readsText() throws {
        let (_, root) = try Self.open("attributes")
        let attributes = try HDF5Attributes(try #require(try root.group("group")).object)
        #expect(try attributes.texts("text") == ["ünïcode"])
        #expect(try attributes.texts("bytes") == ["fixed"])
        #expect(try attributes.texts("texts") == ["one", "", "three"])
        #expect(try attributes.texts("fixed_texts") == ["a", "bcd"])
        #expect(try attributes.texts("none") == [])
        #expect(try attributes.texts("missing") == nil)
        #expect(try attributes.texts("long") == [String(repeating: "x", count: 100_000)])
        #expect(try attributes.splitTexts("split") == ["0", "z", "1", "z", "2", "z"])
        #expect(throws: ModelFormatError.self) { try attributes.texts("number") }
    }

    @Test func readsTheNewestVersionsOfHeaders() throws {
        let (_, root) = try Self.open("latest")
        #expect(try HDF5Attributes(try #require(try root.group("group")).object).texts("name") == ["new"])
        #expect(try Self.tensor("latest", "group/data").floats == [0, 1, 2, 3, 4])
    }

    @Test(arguments: [
        ("types", "text", "text"), ("types", "flags", "enumerations"), ("chunked", "unwritten", "found 0"),
        ("latest_many", "dataset0", "fractal heap"), ("soft_link", "data", "a soft link"),
        ("external_link", "link", "a link to another file"), ("external_data", "data", "external files"),
        ("virtual", "data", "virtual storage"), ("lzf", "data", "lzf"), ("compound", "data", "compounds"),
        ("bomb", "data", "bombs"),
    ])
    func refusesWhatItDoesNotRead(file: String, path: String, word: String) throws {
        let error = #expect(throws: ModelFormatError.self) { try Self.tensor(file, path) }
        #expect("\(try #require(error))".contains(word))
    }

    @Test func refusesTheSameBytesTwice() throws {
        var (file, root) = try Self.open("small")
        let object = try #require(try root.object("chunks"))
        // Once more than the file has bytes.
        let error = #expect(throws: ModelFormatError.self) {
            for _ in 0...file.storage.byteCount { _ = try file.tensor(object) }
        }
        #expect("\(try #require(error))".contains("overlap"))
    }
}
