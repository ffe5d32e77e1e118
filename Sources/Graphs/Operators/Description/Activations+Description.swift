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
