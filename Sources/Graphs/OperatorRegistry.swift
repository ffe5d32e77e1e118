/// The operators by name. Adding an operator means its file in `Operators/` and one line here.
package enum OperatorRegistry {
    /// The operators of ONNX's own domain (`""`, also spelled `ai.onnx`).
    private static let operators: [String: any Operator.Type] = {
        let list: [any Operator.Type] = [
            Abs.self, Add.self, And.self, ArgMax.self, ArgMin.self, AveragePool.self,
            BatchNormalization.self, Cast.self, CastLike.self, Clip.self, Concat.self, ConstantOfShape.self,
            Conv.self, CumSum.self, Div.self, Dropout.self, Elu.self, Equal.self, Erf.self, Exp.self,
            Expand.self, Flatten.self, Gather.self, GatherElements.self, Gelu.self, Gemm.self,
            GlobalAveragePool.self, GlobalMaxPool.self, Greater.self, GreaterOrEqual.self, GRU.self,
            HardSigmoid.self, HardSwish.self, Identity.self, LeakyRelu.self, Less.self, LessOrEqual.self,
            Log.self, LogSoftmax.self, LSTM.self, MatMul.self, Max.self, MaxPool.self, Mean.self, Min.self,
            Mod.self, Mul.self, Neg.self, Not.self, NumberRange.self, OneHot.self, Or.self, Pow.self,
            Reciprocal.self, ReduceMax.self, ReduceMean.self, ReduceMin.self, ReduceSum.self, Relu.self,
            Reshape.self, ReverseSequence.self, RNN.self, Selu.self, ShapeOf.self, Sigmoid.self,
            SizeOf.self, Slice.self, Softmax.self, Softplus.self, Softsign.self, Split.self, Sqrt.self,
            Squeeze.self, Sub.self, Sum.self, Tanh.self, Tile.self, Transpose.self, Trilu.self,
            Unsqueeze.self, Where.self, Xor.self,
        ]
        return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }()

    /// The names of all operators, sorted.
    package static var names: [String] { operators.keys.sorted() }

    /// Makes an operator of a model file; throws `.unsupportedOperator` or `.attribute`.
    package static func make(
        _ name: String, domain: String, attributes: Attributes
    ) throws(GraphError) -> any Operator {
        guard domain.isEmpty || domain == "ai.onnx", let type = operators[name] else {
            throw .unsupportedOperator(name, domain: domain)
        }
        return try type.init(attributes: attributes)
    }
}
