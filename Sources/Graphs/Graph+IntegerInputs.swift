import Tensors

extension Graph {
    /// Lets an integer or boolean input be float32, which plans compute in, when what is done with its numbers is the same
    /// for floats: the tokens of a text, the lengths of sequences. Floats hold whole numbers up to 2²⁴. Where files have
    /// float inputs that they cast to integers for such uses, the casts go.
    package mutating func takeIntegerInputsAsFloats() {
        let integers = inputs.filter { self[$0].type.map { $0.dtype.isInteger || $0.dtype == .bool } ?? false }
        let floats = inputs.filter { self[$0].type?.dtype == .float32 }
        var uses: [ValueID: [(node: Int, place: Int)]] = [:]
        for (index, node) in nodes.enumerated() {
            for (place, id) in node.inputs.enumerated() {
                if let id { uses[id, default: []].append((index, place)) }
            }
        }
        for input in integers {
            guard let casts = castsOfNumbers(input, uses) else { continue }
            self[input].type?.dtype = .float32
            for index in casts { nodes[index].op = Identity() }
        }
        for (index, node) in nodes.enumerated() {
            guard let cast = node.op as? Cast, cast.dtype.isInteger, let input = node.inputs[0], floats.contains(input),
                let output = node.outputs[0], let casts = castsOfNumbers(output, uses, asIndicesOnly: true)
            else { continue }
            for index in casts + [index] { nodes[index].op = Identity() }
        }
    }

    /// The casts to other integers that a value goes through, which floats do not need; nil when its numbers are used for
    /// more than a float can stand for, or with `asIndicesOnly` for more than what truncates them itself.
    private func castsOfNumbers(
        _ value: ValueID, _ uses: [ValueID: [(node: Int, place: Int)]], asIndicesOnly: Bool = false
    ) -> [Int]? {
        var (casts, seen, open) = ([Int](), Set([value]), [value])
        while let value = open.popLast() {
            if outputs.contains(value) { return nil }
            for (index, place) in uses[value] ?? [] {
                switch Self.use(of: nodes[index].op, place: place) {
                case .index: continue
                case .number where !asIndicesOnly: continue
                case .number, .other: return nil
                case .cast: casts.append(index)
                case .passedOn: break
                case .computed: if asIndicesOnly { return nil }
                }
                for id in nodes[index].outputs.compactMap(\.self) where seen.insert(id).inserted { open.append(id) }
            }
        }
        return casts
    }

    private enum Use {
        /// As an index or a length; or for its shape alone.
        case index
        /// As a float, or to compare with.
        case number
        /// The same numbers as other integers.
        case cast
        /// The same numbers under another shape.
        case passedOn
        /// Other whole numbers made of them.
        case computed
        case other
    }

    private static func use(of op: any Operator, place: Int) -> Use {
        switch op {
        case is ShapeOf, is SizeOf: return .index
        case is LSTM, is any HiddenStateOperator: return place == 4 ? .index : .other
        case is Gather, is ReverseSequence: return place == 1 ? .index : .passedOn
        case is Not, is OneHot, is any ArgumentReduction: return .number
        case is Where: return place == 0 ? .number : .computed
        case is Div, is Mean: return .other
        case let op as any BinaryOperator: return type(of: op).kind.isComparison ? .number : .computed
        case is any VariadicOperator, is Mod, is Neg, is Abs, is Concat: return .computed
        case let cast as Cast: return cast.dtype.isInteger ? .cast : .number
        case is Identity, is Transpose: return .passedOn
        case is Reshape, is any ReshapingOperator, is Slice, is Split, is Tile, is Expand:
            return place == 0 ? .passedOn : .other
        default: return .other
        }
    }
}
