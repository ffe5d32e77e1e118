package import Tensors

/// The parameters of a model in training, one after another in one block of memory, and their gradients in another.
///
/// Each parameter starts at a multiple of 16 floats; the padding between them is zero and stays zero. Trainable
/// parameters come first, then statistics that training updates without a gradient (those of batch normalisation).
///
/// Invariant behind `@unchecked Sendable`: one trainer owns the store, and the threads it computes with write disjoint
/// ranges.
@safe package final class ParameterStore: @unchecked Sendable {
    /// One parameter and where it lies.
    package struct Parameter: Sendable {
        package let name: String
        package let shape: Shape
        /// Floats of the block.
        package let range: Range<Int>
        /// Whether the optimizer changes it.
        package let isTrainable: Bool
    }

    package let parameters: [Parameter]
    /// Floats of the whole block.
    package let count: Int
    private let valueStorage: AlignedStorage
    private let gradientStorage: AlignedStorage
    private let indices: [String: Int]

    /// - Parameter tensors: In the order of the block, trainable ones before the others. float32, names unique.
    package init(_ tensors: [(name: String, tensor: Tensor, isTrainable: Bool)]) {
        var parameters: [Parameter] = []
        var end = 0
        for (name, tensor, isTrainable) in tensors {
            precondition(tensor.dtype == .float32, "parameters are float32")
            precondition(isTrainable || !(parameters.isEmpty && tensors.contains { $0.isTrainable }), "trainable first")
            parameters.append(
                Parameter(
                    name: name, shape: tensor.shape, range: end..<end + tensor.elementCount, isTrainable: isTrainable))
            end = (end + tensor.elementCount + 15) / 16 * 16
        }
        self.parameters = parameters
        count = end
        valueStorage = AlignedStorage(floatCount: end)
        gradientStorage = AlignedStorage(floatCount: end)
        indices = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
        for (parameter, entry) in zip(parameters, tensors) {
            unsafe (valueStorage.floats + parameter.range.lowerBound)
                .update(from: entry.tensor.storage.floats, count: parameter.range.count)
        }
    }

    /// The parameters' values.
    package var values: UnsafeMutablePointer<Float> { unsafe valueStorage.floats }
    /// The gradients of the last step, as `values`.
    package var gradients: UnsafeMutablePointer<Float> { unsafe gradientStorage.floats }

    /// The index of a parameter.
    package func index(of name: String) -> Int? { indices[name] }

    /// The ranges the optimizer changes, neighbours joined; each starts and ends at a multiple of 16 floats.
    package var trainableRanges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        for parameter in parameters where parameter.isTrainable {
            let end = (parameter.range.upperBound + 15) / 16 * 16
            if let last = ranges.last, last.upperBound == parameter.range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<end
            } else {
                ranges.append(parameter.range.lowerBound..<end)
            }
        }
        return ranges
    }

    /// A copy of a parameter's values.
    package func tensor(_ index: Int) -> Tensor { unsafe copy(of: values, index) }

    /// A copy of a parameter's gradient.
    package func gradient(_ index: Int) -> Tensor { unsafe copy(of: gradients, index) }

    private func copy(of block: UnsafeMutablePointer<Float>, _ index: Int) -> Tensor {
        let parameter = parameters[index]
        let storage = AlignedStorage(floatCount: parameter.range.count)
        unsafe storage.floats.update(from: block + parameter.range.lowerBound, count: parameter.range.count)
        return Tensor(dtype: .float32, shape: parameter.shape, storage: storage)
    }
}
