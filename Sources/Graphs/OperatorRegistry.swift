/// The operators by name. Adding an operator means its file in `Operators/` and one line here.
package enum OperatorRegistry {
    /// The operators of ONNX's own domain (`""`, also spelled `ai.onnx`).
    private static let operators: [String: any Operator.Type] = {
        let list: [any Operator.Type] = [
            Abs.self, Add.self, AveragePool.self, BatchNormalization.self, Cast.self, Ceil.self, Celu.self, Clip.self,
            Concat.self, ConstantOfShape.self, Conv.self, ConvTranspose.self, Div.self, Dropout.self, Elu.self,
            Erf.self, Exp.self, Expand.self, Flatten.self, Floor.self, Gather.self, Gelu.self, Gemm.self,
            GlobalAveragePool.self, GlobalMaxPool.self, GroupNormalization.self, GRU.self, HardSigmoid.self,
            HardSwish.self, Identity.self, InstanceNormalization.self, LayerNormalization.self, LeakyRelu.self,
            Log.self, LogSoftmax.self, LSTM.self, MatMul.self, MaxPool.self, Mish.self, Mul.self, Neg.self, Pad.self,
            Pow.self, PRelu.self, Reciprocal.self, ReduceL1.self, ReduceL2.self, ReduceMax.self, ReduceMean.self,
            ReduceMin.self, ReduceProd.self, ReduceSum.self, ReduceSumSquare.self, Relu.self, Reshape.self,
            Resize.self, RMSNormalization.self, RNN.self, Round.self, Selu.self, ShapeOf.self, Shrink.self,
            Sigmoid.self, Sign.self, Slice.self, Softmax.self, Softplus.self, Softsign.self, Sqrt.self, Squeeze.self,
            Sub.self, Tanh.self, ThresholdedRelu.self, Transpose.self, Unsqueeze.self, Upsample.self,
        ]
        return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }()

    /// The names of all operators, sorted.
    package static var names: [String] { operators.keys.sorted() }

    /// The names of the operators that cannot be written to files, sorted.
    package static var undescribedNames: [String] {
        operators.values.filter { !($0 is any DescribedOperator.Type) }.map { $0.name }.sorted()
    }

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
