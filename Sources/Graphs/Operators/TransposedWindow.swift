import Tensors

/// The attributes of a transposed convolution, over one to three spatial dimensions: each input element adds a multiple of
/// the kernel to the output, `strides` apart.
struct TransposedWindow: Sendable {
    let window: WindowAttributes
    /// Elements more at the end of each dimension.
    let outputPadding: [Int]
    /// The sizes of the output, from which the padding then follows.
    let outputSizes: [Int]?

    /// Reads the attributes; `kernel` comes from the weights.
    init(_ attributes: Attributes, kernel: [Int]) throws(GraphError) {
        window = try WindowAttributes(attributes, kernel: kernel)
        outputPadding =
            try attributes.ints("output_padding", count: kernel.count) ?? [Int](repeating: 0, count: kernel.count)
        outputSizes = try attributes.ints("output_shape", count: kernel.count)
        for (name, list) in [("output_padding", outputPadding), ("output_shape", outputSizes ?? [])]
        where !list.allSatisfy((0...(1 << 20)).contains) {
            throw .attribute(name, expected: "numbers from 0 to \(1 << 20)", found: "\(list)")
        }
    }

    /// The size of the output along spatial dimension `index`.
    func outputSize(_ input: Dimension, _ index: Int) -> Dimension {
        if let outputSizes { return .fixed(outputSizes[index]) }
        switch window.autoPadding {
        case .sameUpper, .sameLower: return input * .fixed(window.strides[index])
        case .valid: return whole(input, index)
        case .notSet:
            return whole(input, index) - .fixed(window.pads[index] + window.pads[index + window.kernel.count])
        }
    }

    /// The size before padding takes some away.
    private func whole(_ input: Dimension, _ index: Int) -> Dimension {
        let reach = window.dilations[index] * (window.kernel[index] - 1) + 1
        return (input - 1) * .fixed(window.strides[index]) + .fixed(reach + outputPadding[index])
    }

    /// How many elements are taken away before the first one.
    private func padding(_ input: Int, _ output: Int, _ index: Int) -> Int {
        guard outputSizes != nil || window.autoPadding == .sameUpper || window.autoPadding == .sameLower else {
            return window.autoPadding == .valid ? 0 : window.pads[index]
        }
        let total = max(0, (whole(.fixed(input), index).fixedValue ?? output) - output)
        return window.autoPadding == .sameUpper ? total / 2 : total - total / 2
    }

    /// The geometry for an image of these sizes.
    func geometry(sizes: [Int], inChannels: Int, outChannels: Int, groups: Int) -> TransposedGeometry {
        let outputs = sizes.enumerated().map { max(0, outputSize(.fixed($1), $0).fixedValue ?? 0) }
        let pads = sizes.indices.map { padding(sizes[$0], outputs[$0], $0) }
        func three(_ list: [Int], _ missing: Int) -> [Int] {
            [Int](repeating: missing, count: 3 - list.count) + list
        }
        return TransposedGeometry(
            input: three(sizes, 1), output: three(outputs, 1), kernel: three(window.kernel, 1),
            strides: three(window.strides, 1), dilations: three(window.dilations, 1), pads: three(pads, 0),
            inChannels: inChannels, outChannels: outChannels, groups: groups)
    }
}
