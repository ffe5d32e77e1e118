/// The operators by name. Adding an operator means its file in `Operators/` and one line here.
package enum OperatorRegistry {
    /// The operators of ONNX's own domain (`""`, also spelled `ai.onnx`).
    private static let operators: [String: any Operator.Type] = {
        let list: [any Operator.Type] = [
            Abs.self, Add.self, And.self, ArgMax.self, ArgMin.self, AveragePool.self, BatchNormalization.self,
            Cast.self, CastLike.self, Ceil.self, Celu.self, Clip.self, Concat.self, ConstantOfShape.self, Conv.self,
            ConvTranspose.self, CumSum.self, DepthToSpace.self, Div.self, Dropout.self, Elu.self, Equal.self,
            Erf.self, Exp.self, Expand.self, Flatten.self, Floor.self, Gather.self, GatherElements.self, Gelu.self,
            Gemm.self, GlobalAveragePool.self, GlobalMaxPool.self, Greater.self, GreaterOrEqual.self,
            GroupNormalization.self, GRU.self, HardSigmoid.self, HardSwish.self, Identity.self,
            InstanceNormalization.self, LayerNormalization.self, LeakyRelu.self, Less.self, LessOrEqual.self,
            Log.self, LogSoftmax.self, LRN.self, LSTM.self, MatMul.self, Max.self, MaxPool.self, Mean.self, Min.self,
            Mish.self, Mod.self, Mul.self, Neg.self, Not.self, NumberRange.self, OneHot.self, Or.self, Pad.self,
            Pow.self, PRelu.self, Reciprocal.self, ReduceL1.self, ReduceL2.self, ReduceMax.self, ReduceMean.self,
            ReduceMin.self, ReduceProd.self, ReduceSum.self, ReduceSumSquare.self, Relu.self, Reshape.self,
            Resize.self, ReverseSequence.self, RMSNormalization.self, RNN.self, Round.self, Selu.self, ShapeOf.self,
            Shrink.self, Sigmoid.self, Sign.self, SizeOf.self, Slice.self, Softmax.self, Softplus.self,
            Softsign.self, SpaceToDepth.self, Split.self, Sqrt.self, Squeeze.self, Sub.self, Sum.self, Tanh.self,
            ThresholdedRelu.self, Tile.self, TopK.self, Transpose.self, Trilu.self, Unsqueeze.self, Upsample.self,
            Where.self,
            Xor.self,
        ]
        return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }()

    /// The names of all operators, sorted.
    package static var names: [String] { operators.keys.sorted() }

    /// Operators of our own that files have, in our domain.
    private static let ownOperators: [String: @Sendable (Attributes) throws(GraphError) -> any Operator] = [
        GRU.name: { attributes throws(GraphError) in try GRU(attributes: attributes) },
        LSTM.name: { attributes throws(GraphError) in try LSTM(attributes: attributes) },
        RNN.name: { attributes throws(GraphError) in try RNN(attributes: attributes) },
        SequenceMask.name: { _ throws(GraphError) in SequenceMask() },
        StepMask.name: { attributes throws(GraphError) in try StepMask(described: attributes) },
    ]

    /// Whether there is an operator of that name in a domain.
    package static func has(_ name: String, domain: String) -> Bool {
        isOwn(name, domain: domain) || ((domain.isEmpty || domain == "ai.onnx") && operators[name] != nil)
    }

    /// Whether a name is that of a function that Apus wrote for an operator of its own.
    package static func isOwn(_ name: String, domain: String) -> Bool {
        domain == DescribedFunction.domain && ownOperators[DescribedFunction.operatorName(name)] != nil
    }

    /// The names of the operators that cannot be written to files, sorted.
    package static var undescribedNames: [String] {
        operators.values.filter { !($0 is any DescribedOperator.Type) }.map { $0.name }.sorted()
    }

    /// Makes an operator of a model file; throws `.unsupportedOperator` or `.attribute`.
    package static func make(
        _ name: String, domain: String, attributes: Attributes
    ) throws(GraphError) -> any Operator {
        if domain == DescribedFunction.domain, let make = ownOperators[DescribedFunction.operatorName(name)] {
            return try make(attributes)
        }
        guard domain.isEmpty || domain == "ai.onnx", let type = operators[name] else {
            throw .unsupportedOperator(name, domain: domain)
        }
        return try type.init(attributes: attributes)
    }
}
