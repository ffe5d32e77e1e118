import Graphs
package import Tensors

/// The sizes of a model that a request chooses, such as the number of time steps.
package struct FreeSizes: Sendable {
    /// The names of the sizes, in the order of the inputs; without the batch.
    package let symbols: [String]
    private let inputs: [TensorSignature]

    init(_ inputs: [TensorSignature]) {
        self.inputs = inputs
        var symbols: [String] = []
        for symbol in inputs.flatMap(\.freeSymbols).compactMap(\.self) where !symbols.contains(symbol) {
            symbols.append(symbol)
        }
        self.symbols = symbols
    }

    /// The sizes that rows of these shapes choose.
    /// - Parameter sampleShapes: The shape of one row of each input, without the batch.
    /// - Returns: A value for each of `symbols`.
    /// - Throws: `ServingError.inputCount`, `.inputShape` or `.unboundSize`.
    package func bindings(sampleShapes: [Shape]) throws(ServingError) -> [String: Int] {
        guard sampleShapes.count == inputs.count else {
            throw .inputCount(expected: inputs.count, found: sampleShapes.count)
        }
        var bindings: [String: Int] = [:]
        for (signature, shape) in zip(inputs, sampleShapes) {
            let expected = signature.sampleDimensions
            var fits = expected.count == shape.rank
            for (axis, size) in shape.dimensions.enumerated() where fits {
                if let fixed = expected[axis] {
                    fits = fixed == size
                } else if let symbol = signature.freeSymbols[axis] {
                    fits = bindings[symbol, default: size] == size
                    bindings[symbol] = size
                }
            }
            guard fits else { throw .inputShape(input: signature.name, expected: signature.sampleText, found: shape) }
        }
        try check(bindings)
        return bindings
    }

    /// Throws unless every free size, and nothing else, is bound to at least 1.
    func check(_ bindings: [String: Int]) throws(ServingError) {
        for symbol in symbols where bindings[symbol, default: 0] < 1 { throw .unboundSize(symbol) }
        guard bindings.count > symbols.count else { return }
        for symbol in bindings.keys.sorted() where !symbols.contains(symbol) {
            throw .unknownSize(symbol, known: symbols)
        }
    }
}

extension TensorSignature {
    /// The shape of a row for people: [time, 1].
    var sampleText: String {
        let sizes = sampleDimensions.enumerated().map { axis, size in
            size.map(String.init) ?? freeSymbols[axis] ?? "any"
        }
        return "[" + sizes.joined(separator: ", ") + "]"
    }

    /// Floats of that many rows under `bindings`; nil beyond `Int`. A size that depends on others counts as 1.
    func floatCount(rows: Int, _ bindings: [String: Int]) -> Int? {
        var count = rows
        for dimension in dimensions.dropFirst() {
            let size = max(dimension.value(bindings) ?? 1, 0)
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow || product > Int.max / 16 { return nil }
            count = product
        }
        return count
    }
}
