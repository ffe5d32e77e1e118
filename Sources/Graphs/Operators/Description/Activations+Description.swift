extension Celu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["alpha": .float(alpha)] }
}

extension Elu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["alpha": .float(alpha)] }
}

extension Gelu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        ["approximate": .string(isApproximate ? "tanh" : "none")]
    }
}

extension HardSigmoid: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["alpha": .float(alpha), "beta": .float(beta)] }
}

extension LeakyRelu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["alpha": .float(slope)] }
}

extension Selu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["alpha": .float(alpha), "gamma": .float(gamma)] }
}

extension Shrink: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["lambd": .float(lambd), "bias": .float(bias)] }
}

extension ThresholdedRelu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["alpha": .float(alpha)] }
}
