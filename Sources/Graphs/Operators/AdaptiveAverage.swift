/// Means of parts of a size that follows from the wanted number of parts, which may overlap: PyTorch's and Keras's adaptive
/// average pooling, where it is no `AveragePool`.
package struct AdaptiveAverage: FilteringOperator, InternalOperator {
    package static let name = "AdaptiveAverage"
    /// The number of parts along each axis, the batch included; nil where it stays as it is.
    let sizes: [Int?]

    package init(sizes: [Int?]) { self.sizes = sizes }

    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension {
        sizes[axis].map { .fixed($0) } ?? size
    }

    func taps(axis: Int, size: Int) throws(GraphError) -> [[FilterTap]]? {
        guard let parts = sizes[axis] else { return nil }
        return (0..<parts).map { part in
            let range = part * size / parts..<((part + 1) * size + parts - 1) / parts
            return range.map { FilterTap(index: $0, weight: 1 / Float(range.count)) }
        }
    }

    func permuted(_ permutation: [Int]) -> AdaptiveAverage {
        var result = sizes
        for (axis, source) in permutation.enumerated() { result[source] = sizes[axis] }
        return AdaptiveAverage(sizes: result)
    }
}
