import Preprocessing

extension SampleForm {
    /// The form of a dataset's samples that suits a model's input.
    /// - Parameters:
    ///   - dataset: What the samples are read from.
    ///   - shape: One sample as the model takes it; nil for a size that is free.
    init(of dataset: Dataset, for shape: [Int?]) {
        switch shape.count {
        case 1: self = .flat
        case 2: self = .sequence
        case 3: self = Self.takesImages(dataset, shape) ? .image : .any
        default: self = .any
        }
    }

    /// Whether samples are images with their channels last. Those of a model with channels first may be as it has them; if
    /// there is one channel, images without it or with it last are the same numbers.
    private static func takesImages(_ dataset: Dataset, _ shape: [Int?]) -> Bool {
        if case .tensor(let found, _, _)? = dataset.features, found == shape, found[0] == 1 { return false }
        return shape[0] == 1 || [1, 3, 4].contains(shape[2] ?? 0)
    }
}
