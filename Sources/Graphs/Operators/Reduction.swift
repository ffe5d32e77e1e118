package import Tensors

/// One number for all elements along fixed axes: what `ReduceSum`, `ReduceMean` and their kin become.
package struct Reduction: InternalOperator {
    package static let name = "Reduction"
    package static let isCostly = true
    let kind: ReductionKind
    /// Counted from the front, rising.
    package let axes: [Int]
    package let keepsDimensions: Bool

    init(_ kind: ReductionKind, axes: [Int], keepsDimensions: Bool) {
        self.kind = kind
        self.axes = axes
        self.keepsDimensions = keepsDimensions
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        for axis in axes.reversed() {
            if keepsDimensions { type.dimensions[axis] = 1 } else { type.dimensions.remove(at: axis) }
        }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let loops = Loops(shape.dimensions, axes: axes)
        var y = [Float](repeating: 0, count: loops.resultCount)
        for index in y.indices {
            let group = loops.offsets(of: index).map { Double(x[$0]) }
            y[index] =
                switch kind {
                case .sum: Float(group.reduce(0, +))
                case .mean: Float(group.reduce(0, +) / Double(group.count))
                case .maximum: Float(group.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 })
                case .minimum: Float(group.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 })
                case .product: Float(group.reduce(1, *))
                case .sumOfMagnitudes: Float(group.reduce(0) { $0 + $1.magnitude })
                case .sumOfSquares: Float(group.reduce(0) { $0 + $1 * $1 })
                case .length: Float(group.reduce(0) { $0 + $1 * $1 }.squareRoot())
                }
        }
        let sizes = shape.dimensions.indices.compactMap { axis in
            axes.contains(axis) ? (keepsDimensions ? 1 : nil) : shape[axis]
        }
        return [Tensor(y, shape: Shape(sizes))]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        var rowAxes: [Int] = []
        for axis in axes { rowAxes.append(try context.rowAxis(axis)) }
        let loops = Loops(context.rowShape(ofInput: 0).dimensions, axes: rowAxes)
        let kind = kind
        context.addRowwiseStep(reads: [0]) { operands, _ in
            unsafe loops.reduce(kind, operands[0], into: operands[1])
        }
    }

    /// How a reduction walks its input: blocks of neighbouring results take in runs of neighbouring elements.
    struct Loops: Sendable {
        /// Sizes and strides of the kept dimensions and of the reduced ones, outermost first.
        private let kept: [(size: Int, stride: Int)]
        private let reduced: [(size: Int, stride: Int)]

        init(_ sizes: [Int], axes: [Int]) {
            let strides = Shape(sizes).strides
            func part(_ isReduced: Bool) -> [(size: Int, stride: Int)] {
                sizes.indices.filter { axes.contains($0) == isReduced }.map { (sizes[$0], strides[$0]) }
            }
            kept = part(false)
            reduced = part(true)
        }

        var resultCount: Int { kept.reduce(1) { $0 * $1.size } }
        private var groupCount: Int { reduced.reduce(1) { $0 * $1.size } }

        private static func offset(_ index: Int, _ dimensions: [(size: Int, stride: Int)]) -> Int {
            var (rest, offset) = (index, 0)
            for (size, stride) in dimensions.reversed() {
                offset += rest % size * stride
                rest /= size
            }
            return offset
        }

        /// Where the elements of one result are.
        func offsets(of result: Int) -> [Int] {
            let start = Self.offset(result, kept)
            return (0..<groupCount).map { start + Self.offset($0, reduced) }
        }

        /// Reduces one row of a plan, each result over its group in rising order.
        func reduce(
            _ kind: ReductionKind, _ x: UnsafeMutablePointer<Float>, into y: UnsafeMutablePointer<Float>
        ) {
            let block = kept.last.map { $0.stride == 1 ? $0.size : 1 } ?? 1
            for start in stride(from: 0, to: resultCount, by: block) {
                let source = unsafe x + Self.offset(start, kept)
                let target = unsafe y + start
                unsafe target.update(from: source, count: block)
                if kind.hasTerms { for index in 0..<block { unsafe target[index] = kind.term(target[index]) } }
                for member in 1..<max(groupCount, 1) {
                    let other = unsafe source + Self.offset(member, reduced)
                    unsafe Self.merge(kind, other, into: target, count: block)
                }
                guard kind.hasResult else { continue }
                for index in 0..<block { unsafe target[index] = kind.result(target[index], count: groupCount) }
            }
        }

        /// y = y merged with x, element by element.
        static func merge(
            _ kind: ReductionKind, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
        ) {
            switch kind {
            case .sum, .mean: for index in 0..<count { unsafe y[index] += x[index] }
            case .product: for index in 0..<count { unsafe y[index] *= x[index] }
            case .sumOfMagnitudes, .sumOfSquares, .length:
                for index in 0..<count { unsafe y[index] += kind.term(x[index]) }
            case .maximum:
                for index in 0..<count { unsafe y[index] = x[index] > y[index] || x[index].isNaN ? x[index] : y[index] }
            case .minimum:
                for index in 0..<count { unsafe y[index] = x[index] < y[index] || x[index].isNaN ? x[index] : y[index] }
            }
        }
    }
}
