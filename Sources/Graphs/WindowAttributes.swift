import Tensors

/// The attributes that convolution and pooling share, over one to three spatial dimensions.
struct WindowAttributes: Sendable {
    enum AutoPadding: String, Sendable {
        case notSet = "NOTSET"
        case valid = "VALID"
        case sameUpper = "SAME_UPPER"
        case sameLower = "SAME_LOWER"
    }

    /// Sizes beyond this are no image's; arithmetic on smaller ones cannot overflow.
    private static let largestSize = 1 << 20

    /// One entry for each spatial dimension.
    let kernel: [Int]
    let strides: [Int]
    let dilations: [Int]
    /// Before each dimension, then after each.
    let pads: [Int]
    let autoPadding: AutoPadding
    /// Whether output sizes are rounded up.
    let ceilMode: Bool

    /// Reads the attributes; `kernel` is the window's size when it comes from the weights.
    init(_ attributes: Attributes, kernel: [Int]? = nil) throws(GraphError) {
        let wanted = try attributes.ints("kernel_shape")
        guard let kernel = kernel ?? wanted, (1...3).contains(kernel.count), kernel.allSatisfy({ $0 > 0 }) else {
            throw .attribute("kernel_shape", expected: "one to three sizes of at least 1", found: "\(wanted ?? [])")
        }
        if let wanted, wanted != kernel {
            throw .attribute("kernel_shape", expected: "\(kernel) as the weights have", found: "\(wanted)")
        }
        let ones = [Int](repeating: 1, count: kernel.count)
        self.kernel = kernel
        strides = try attributes.ints("strides", count: kernel.count) ?? ones
        dilations = try attributes.ints("dilations", count: kernel.count) ?? ones
        pads = try attributes.ints("pads", count: 2 * kernel.count) ?? [Int](repeating: 0, count: 2 * kernel.count)
        let auto = try attributes.string("auto_pad") ?? "NOTSET"
        guard let autoPadding = AutoPadding(rawValue: auto) else {
            throw .attribute("auto_pad", expected: "NOTSET, VALID, SAME_UPPER or SAME_LOWER", found: auto)
        }
        self.autoPadding = autoPadding
        ceilMode = try attributes.flag("ceil_mode")
        for (name, list) in [("strides", strides), ("dilations", dilations)] where list.contains(where: { $0 < 1 }) {
            throw .attribute(name, expected: "numbers of at least 1", found: "\(list)")
        }
        if pads.contains(where: { $0 < 0 }) {
            throw .attribute("pads", expected: "numbers of at least 0", found: "\(pads)")
        }
        if let size = (kernel + strides + dilations + pads).first(where: { $0 > Self.largestSize }) {
            throw .attribute(
                "kernel_shape, strides, dilations, pads", expected: "sizes up to \(Self.largestSize)", found: "\(size)")
        }
    }

    /// Some of the dimensions.
    func taking(_ range: Range<Int>) -> WindowAttributes { WindowAttributes(self, range) }

    private init(_ whole: WindowAttributes, _ range: Range<Int>) {
        kernel = Array(whole.kernel[range])
        strides = Array(whole.strides[range])
        dilations = Array(whole.dilations[range])
        let after = (range.lowerBound + whole.kernel.count)..<(range.upperBound + whole.kernel.count)
        pads = Array(whole.pads[range] + whole.pads[after])
        autoPadding = whole.autoPadding
        ceilMode = whole.ceilMode
    }

    /// A window over the whole image.
    init(covering sizes: [Int]) {
        kernel = sizes
        strides = sizes.map { _ in 1 }
        dilations = strides
        pads = sizes.map { _ in 0 } + sizes.map { _ in 0 }
        autoPadding = .notSet
        ceilMode = false
    }

    /// Whether this is the 2×2 window of stride 2 without padding that kernels fuse.
    var isTwoByTwo: Bool {
        kernel == [2, 2] && strides == [2, 2] && dilations == [1, 1] && pads == [0, 0, 0, 0]
            && (autoPadding == .notSet || autoPadding == .valid) && !ceilMode
    }

    /// The output size along spatial dimension `index`.
    func outputSize(_ input: Dimension, _ index: Int) throws(GraphError) -> Dimension {
        if let size = input.fixedValue { return .fixed(geometry(size, index).output) }
        guard autoPadding != .sameUpper, autoPadding != .sameLower, !ceilMode else {
            throw .unsupported("automatic padding of a dimension whose size is free is not supported")
        }
        let reach = dilations[index] * (kernel[index] - 1) + 1
        let padding = autoPadding == .valid ? 0 : pads[index] + pads[index + kernel.count]
        return (input + .fixed(padding - reach)) / .fixed(strides[index]) + 1
    }

    /// The sizes of the result.
    func outputSizes(_ sizes: [Int]) -> [Int] { sizes.indices.map { geometry(sizes[$0], $0).output } }

    /// Padding and output size along one dimension of known size.
    func geometry(_ input: Int, _ index: Int) -> (before: Int, after: Int, output: Int) {
        let reach = dilations[index] * (kernel[index] - 1) + 1
        let stride = strides[index]
        switch autoPadding {
        case .sameUpper, .sameLower:
            let output = (input + stride - 1) / stride
            let total = max(0, (output - 1) * stride + reach - input)
            let small = total / 2
            return autoPadding == .sameUpper ? (small, total - small, output) : (total - small, small, output)
        case .valid, .notSet:
            let before = autoPadding == .valid ? 0 : pads[index]
            let after = autoPadding == .valid ? 0 : pads[index + kernel.count]
            let room = input + before + after - reach
            guard room >= 0 else { return (before, after, 0) }
            var output = (ceilMode ? room + stride - 1 : room) / stride + 1
            // A window that would start in the padding after the image does not count.
            if ceilMode, (output - 1) * stride >= input + before { output -= 1 }
            return (before, after, output)
        }
    }

    /// The window over one image of one or two dimensions; a single one is a row of height 1.
    func window(sizes: [Int], inChannels: Int, outChannels: Int) -> ConvolutionWindow {
        func pair(_ list: [Int], _ missing: Int) -> (height: Int, width: Int) {
            list.count == 2 ? (list[0], list[1]) : (missing, list[0])
        }
        let geometries = sizes.indices.map { geometry(sizes[$0], $0) }
        let first = geometries.count == 2 ? geometries[0] : (before: 0, after: 0, output: 1)
        let last = geometries[geometries.count - 1]
        let image = pair(sizes, 1)
        return ConvolutionWindow(
            image: (image.height, image.width, inChannels), outChannels: outChannels, kernel: pair(kernel, 1),
            stride: pair(strides, 1), dilation: pair(dilations, 1),
            padding: .init(top: first.before, left: last.before, bottom: first.after, right: last.after),
            output: (first.output, last.output))
    }
}
