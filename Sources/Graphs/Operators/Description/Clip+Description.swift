import Tensors

extension Clip: DescribedOperator {
    /// Bounds that old models have as attributes become inputs; a bound that is infinite is none.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        guard !context.has(1), !context.has(2) else {
            return context.finish(name, context.inputs())
        }
        let inputs = [(clamp.low, "min"), (clamp.high, "max")].map { bound, name in
            bound.isFinite ? context.add(Tensor([bound], shape: []), as: name) : ""
        }
        context.finishElementwise(name, appending: inputs)
    }
}
