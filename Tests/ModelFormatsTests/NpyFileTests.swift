import Tensors
import TestSupport
import Testing

@testable import ModelFormats

struct NpyFileTests {
    private let directory = TemporaryDirectory()

    @Test func readsRowsAsTheWholeArrayHasThem() throws {
        let tensor = Tensor((0..<60).map { Float($0) / 4 }, shape: [10, 2, 3])
        directory.write(NpyWriter.bytes(of: tensor), to: "a/x.npy")
        let file = try NpyFile(directory: directory.path, relativePath: "a/x.npy")
        #expect(file.shape == [10, 2, 3] && file.dtype == .float32)
        for range in [0..<10, 3..<5, 9..<10, 4..<4] {
            let rows = try file.rows(range)
            #expect(rows.shape == [range.count, 2, 3])
            #expect(rows.floats == Array(tensor.floats[(range.lowerBound * 6)..<(range.upperBound * 6)]))
        }
    }

    @Test(arguments: ["int32_fortran.npy", "scalar_int64.npy", "objects.npy"])
    func refusesWhatHasNoRows(name: String) throws {
        directory.write(try Fixtures.bytes(name), to: "x.npy")
        #expect(throws: ModelFormatError.self) {
            _ = try NpyFile(directory: directory.path, relativePath: "x.npy").shape
        }
    }

    @Test func refusesFilesOfAnotherSize() throws {
        let bytes = NpyWriter.bytes(of: Tensor([1, 2, 3], shape: [3]))
        directory.write(bytes + [0], to: "x.npy")
        #expect(throws: ModelFormatError.self) {
            _ = try NpyFile(directory: directory.path, relativePath: "x.npy").shape
        }
    }
}
