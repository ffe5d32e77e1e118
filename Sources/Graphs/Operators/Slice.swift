package import Tensors

/// The elements start, start + step, … before end, along some axes.
package struct Slice: Operator {
    package static let name = "Slice"
    /// The bounds, once known; before opset 10 they are attributes, since then inputs.
    let bounds: Bounds?

    struct Bounds {
        var starts: [Int]
        var ends: [Int]
        var axes: [Int]?
        var steps: [Int]?
    }

    /// One axis of the slice: the first index, the step and how many.
    private struct Extent {
        var start: Int
        var step: Int
        var count: Int
    }

    package init(attributes: Attributes) throws(GraphError) {
        if let starts = try attributes.ints("starts"), let ends = try attributes.ints("ends") {
            bounds = Bounds(starts: starts, ends: ends, axes: try attributes.ints("axes"), steps: nil)
        } else {
            bounds = nil
        }
    }

    init(bounds: Bounds) { self.bounds = bounds }

    /// The same slice of a value whose axis `axes[i]` is axis i of this one's; nil when its bounds are not known.
    func moved(to axes: [Int]) throws(GraphError) -> Slice? {
        guard var bounds else { return nil }
        var moved: [Int] = []
        for axis in bounds.axes ?? Array(bounds.starts.indices) {
            moved.append(axes[try Axis.normalized(axis, rank: axes.count)])
        }
        bounds.axes = moved
        return Slice(bounds: bounds)
    }

    /// The one axis that this takes a range of neighbouring indices of; nil for other slices.
    func range(of type: ValueType) throws(GraphError) -> (axis: Int, indices: Range<Int>)? {
        guard let bounds, bounds.starts.count == 1,
            let axis = try extents(bounds, type.dimensions.map(\.fixedValue)).first, axis.value.step == 1,
            type.dimensions[axis.key].fixedValue != nil
        else { return nil }
        return (axis.key, axis.value.start..<(axis.value.start + axis.value.count))
    }

    /// The axis of which this takes the last index alone; nil for other slices.
    var lastIndexAxis: Int? {
        guard let bounds, bounds.starts == [-1], bounds.ends[0] >= Int(Int32.max), bounds.steps ?? [1] == [1] else {
            return nil
        }
        return bounds.axes?.first ?? 0
    }

    /// All of an axis from its end to its start.
    package static func reversing(axis: Int) -> Slice {
        Slice(bounds: Bounds(starts: [-1], ends: [-Int(Int32.max)], axes: [axis], steps: [-1]))
    }

    /// A part of an axis of known size.
    package static func part(_ range: Range<Int>, axis: Int) -> Slice {
        Slice(bounds: Bounds(starts: [range.lowerBound], ends: [range.upperBound], axes: [axis], steps: nil))
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard bounds == nil else { return nil }
        return Specialization(Slice(bounds: try bounds(of: inputs)), inputs: [0])
    }

    private func bounds(of inputs: InferenceInputs) throws(GraphError) -> Bounds {
        if let bounds { return bounds }
        guard let starts = try inputs.integers(1, "starts"), let ends = try inputs.integers(2, "ends") else {
            throw .arity(what: "inputs", expected: "at least 3", found: inputs.count)
        }
        return Bounds(
            starts: starts, ends: ends, axes: try inputs.integers(3, "axes"), steps: try inputs.integers(4, "steps"))
    }

    /// What to take of each axis in `bounds`; the sizes of those axes must be known, unless the whole axis is taken.
    private func extents(_ bounds: Bounds, _ sizes: [Int?]) throws(GraphError) -> [Int: Extent] {
        let axes = bounds.axes ?? Array(bounds.starts.indices)
        let steps = bounds.steps ?? axes.map { _ in 1 }
        guard bounds.starts.count == axes.count, bounds.ends.count == axes.count, steps.count == axes.count else {
            throw .structure("Slice: starts, ends, axes and steps have different lengths")
        }
        var result = [Int: Extent]()
        for (index, rawAxis) in axes.enumerated() {
            let axis = try Axis.normalized(rawAxis, rank: sizes.count)
            let (start, end, step) = (bounds.starts[index], bounds.ends[index], steps[index])
            guard step != 0 else { throw .attribute("steps", expected: "steps other than 0", found: "0") }
            if start == 0, step == 1, end >= Int(Int32.max) { continue }
            // Turned around, a dimension keeps its size too.
            if start == -1, step == -1, end <= -Int(Int32.max), sizes[axis] == nil { continue }
            // So many at the end, or at the start: how many is known without the size, which must not be smaller.
            if sizes[axis] == nil, step == 1, start < 0, end >= Int(Int32.max) {
                result[axis] = Extent(start: 0, step: 1, count: -start)
                continue
            }
            if sizes[axis] == nil, step == 1, start >= 0, end > start, end < Int(Int32.max) {
                result[axis] = Extent(start: start, step: 1, count: end - start)
                continue
            }
            guard let size = sizes[axis] else {
                throw .unsupported("Slice of dimension \(axis), whose size is free, is not supported")
            }
            result[axis] = Self.extent(start, end, step, size: size)
        }
        return result
    }

    private static func extent(_ start: Int, _ end: Int, _ step: Int, size: Int) -> Extent {
        func clamped(_ index: Int, _ range: ClosedRange<Int>) -> Int {
            let positive = index < 0 ? index.addingReportingOverflow(size).partialValue : index
            return min(max(index < -size ? Int.min : positive, range.lowerBound), range.upperBound)
        }
        guard size > 0 else { return Extent(start: 0, step: 1, count: 0) }
        // A step beyond the size takes one element, however large it is.
        let step = min(max(step, -size), size)
        if step > 0 {
            let (low, high) = (clamped(start, 0...size), clamped(end, 0...size))
            return Extent(start: low, step: step, count: max(0, (high - low + step - 1) / step))
        }
        let (high, low) = (clamped(start, 0...(size - 1)), clamped(end, -1...(size - 1)))
        return Extent(start: high, step: step, count: max(0, (high - low - step - 1) / -step))
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        for (axis, extent) in try extents(try bounds(of: inputs), type.dimensions.map(\.fixedValue)) {
            type.dimensions[axis] = .fixed(extent.count)
        }
        return [type]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        guard let sizes = inputs.sizes(0), let bounds = try? bounds(of: inputs),
            let extents = try? extents(bounds, [sizes.count])
        else { return nil }
        guard let extent = extents[0] else { return sizes }
        return (0..<extent.count).map { sizes[extent.start + $0 * extent.step] }
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { inputs.splat(0) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let known =
            bounds
            ?? Bounds(
                starts: inputs.optional(1)?.integers ?? [], ends: inputs.optional(2)?.integers ?? [],
                axes: inputs.optional(3)?.integers, steps: inputs.optional(4)?.integers)
        let view = Self.view(input.shape, try extents(known, input.shape.dimensions))
        return [Broadcast.gathered(input, shape: view.shape, strides: view.strides, offset: view.offset)]
    }

    private static func view(
        _ shape: Shape, _ extents: [Int: Extent]
    ) -> (shape: Shape, strides: [Int], offset: Int) {
        var (sizes, strides, offset) = (shape.dimensions, shape.strides, 0)
        for (axis, extent) in extents {
            sizes[axis] = extent.count
            offset += extent.start * strides[axis]
            strides[axis] *= extent.step
        }
        return (Shape(sizes), strides, offset)
    }

    /// The elements of a result with a batch of `shape`'s size; `type` has the batch as a symbol, which is taken whole.
    func trainingView(of shape: Shape, _ type: ValueType) throws(GraphError) -> (strides: [Int], offset: Int) {
        guard let bounds else { throw .unsupported("Slice with computed bounds is not supported") }
        let view = Self.view(shape, try extents(bounds, type.dimensions.map(\.fixedValue)))
        return (view.strides, view.offset)
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard let bounds else { throw .unsupported("Slice with computed bounds is not supported") }
        let rank = context.type(ofInput: 0).rank
        let row = context.rowShape(ofInput: 0)
        let leading = rank - row.rank
        let sizes = [Int?](repeating: nil, count: leading) + row.dimensions.map { $0 }
        var extents = [Int: Extent]()
        for (axis, extent) in try self.extents(bounds, sizes) { extents[try context.rowAxis(axis)] = extent }
        let view = Self.view(row, extents)
        guard view.shape == context.rowShape(ofOutput: 0) else {
            throw .structure("Slice takes more of \(row) than there is")
        }
        context.addStridedCopy(shape: view.shape, sourceStrides: view.strides, sourceOffset: view.offset)
    }
}
