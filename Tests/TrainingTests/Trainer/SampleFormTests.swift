import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import Training

struct SampleFormTests {
    private static let cases: [(data: [Int], model: [Int?], form: SampleForm)] = [
        ([9, 9], [9, 9, 1], .image), ([9, 9, 1], [1, 9, 9], .image), ([9, 9], [1, 9, 9], .image),
        // A model with channels first and its own data.
        ([1, 9, 9], [1, 9, 9], .any), ([3, 9, 9], [3, 9, 9], .any), ([9, 9, 3], [9, 9, 3], .image),
        // Rows and columns are mistaken for channels.
        ([1, 9, 9], [9, 9, 1], .image), ([5, 2], [nil, 2], .sequence), ([9, 9], [81], .flat),
        ([2, 9, 9, 1], [2, 9, 9, 1], .any),
    ]

    @Test(arguments: cases.indices) func suitsTheModelAndTheData(index: Int) throws {
        let (data, model, form) = Self.cases[index]
        let x = Tensor([Float](repeating: 0.5, count: 6 * data.reduce(1, *)), shape: Shape([6] + data))
        let y = Tensor([0, 1, 0, 1, 0, 1], shape: [6])
        let dataset = try TestStore().add(ZipBuilding.arrays([("x", x), ("y", y)]), .npz)
        #expect(SampleForm(of: dataset, for: model) == form)
    }
}
