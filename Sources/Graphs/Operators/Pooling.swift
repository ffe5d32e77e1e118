package import Tensors

/// The maximum or the mean over a window, for each channel.
package struct Pooling: ImageOperator {
    enum Kind: Sendable, Hashable {
        case maximum
        /// Whether padding counts in the divisor.
        case average(countsPadding: Bool)
    }

    package static let name = "Pooling"
    package static let isCostly = true
    let kind: Kind
    let window: WindowAttributes
    var layout = Layout.channelsFirst

    init(_ kind: Kind, _ window: WindowAttributes) {
        self.kind = kind
        self.window = window
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        for (index, axis) in try layout.spatialAxes(rank: type.rank, count: window.kernel.count).enumerated() {
            type.dimensions[axis] = try window.outputSize(type.dimensions[axis], index)
            if let size = type.dimensions[axis].fixedValue, size < 1 {
                throw .input(
                    0, expected: "an image that the window \(window.kernel) fits", found: "\(try inputs.type(0))")
            }
        }
        return [type]
    }

    func geometry(row: [Int]) -> ConvolutionWindow {
        let channels = row.last ?? 0
        return window.window(
            sizes: Array(row.dropLast().suffix(window.kernel.count)), inChannels: channels, outChannels: channels)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var input = try inputs.required(0)
        let rank = input.shape.rank
        if layout == .channelsFirst { input = Transpose.transposed(input, Layout.toChannelsLast(rank: rank)) }
        let leading = Array(input.shape.dimensions.dropLast(window.kernel.count + 1))
        let images = leading.reduce(1, *)
        let size = input.elementCount / max(images, 1)
        let elements = input.floats
        let result = (0..<images).flatMap { image in
            evaluate(Array(elements[(image * size)..<((image + 1) * size)]), input.shape.dimensions)
        }
        let output = Tensor(result, shape: Shape(leading + outputSizes(input.shape.dimensions)))
        return [
            layout == .channelsFirst ? Transpose.transposed(output, Layout.toChannelsFirst(rank: rank)) : output
        ]
    }

    /// Spatial sizes and channels of the result.
    private func outputSizes(_ row: [Int]) -> [Int] {
        window.outputSizes(Array(row.dropLast().suffix(window.kernel.count))) + row.suffix(1)
    }

    /// One image.
    private func evaluate(_ x: [Float], _ row: [Int]) -> [Float] {
        if window.kernel.count == 3 { return window.naivePooling(x, row: row, kind) }
        let geometry = geometry(row: row)
        return switch kind {
        case .maximum: Naive.maxPool(geometry, x: x)
        case .average(let counts): Naive.averagePool(geometry, countPadding: counts, x: x)
        }
    }

    /// Over three dimensions: of each slice, and then over slices.
    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        guard window.kernel.count == 3, layout == .channelsLast else { return nil }
        var (slices, depths) = (Pooling(kind, window.taking(1..<3)), Pooling(kind, window.taking(0..<1)))
        (slices.layout, depths.layout) = (.channelsLast, .channelsLast)
        let (type, whole) = (try slices.inferTypes(graph.inputs)[0], try inferTypes(graph.inputs)[0])
        let width = type.dimensions.suffix(3).reduce(1, *)
        let pooled = graph.add(slices, [try graph.input(0)])
        let flat = graph.add(Reshape(to: type.dimensions.dropLast(3) + [width]), [pooled])
        return [graph.add(Reshape(to: whole.dimensions), [graph.add(depths, [flat])])]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard layout == .channelsLast else { throw .structure("Pooling is lowered with channels last only") }
        let row = context.rowShape(ofInput: 0)
        let geometry = geometry(row: row.dimensions)
        let images = row.dimensions.dropLast(window.kernel.count + 1).reduce(1, *)
        let inputSize = row.elementCount / max(images, 1)
        let outputSize = context.rowShape(ofOutput: 0).elementCount / max(images, 1)
        let (kernels, kind) = (context.kernels, kind)
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for image in 0..<images {
                let (x, y) = unsafe (operands[0] + image * inputSize, operands[1] + image * outputSize)
                switch kind {
                case .maximum: unsafe kernels.maxPool(geometry, x: x, y: y)
                case .average(let counts):
                    unsafe kernels.averagePool(geometry, countPadding: counts, x: x, y: y)
                }
            }
        }
    }
}
