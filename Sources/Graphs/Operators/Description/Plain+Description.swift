// Operators that operator set 20 has under the same name, with the same inputs and no attributes.

extension Abs: DescribedOperator {}
extension Ceil: DescribedOperator {}
extension Erf: DescribedOperator {}
extension Exp: DescribedOperator {}
extension Floor: DescribedOperator {}
extension HardSwish: DescribedOperator {}
extension Identity: DescribedOperator {}
extension Log: DescribedOperator {}
extension MatMul: DescribedOperator {}
extension Mish: DescribedOperator {}
extension Neg: DescribedOperator {}
extension Reciprocal: DescribedOperator {}
extension Relu: DescribedOperator {}
extension Round: DescribedOperator {}
extension Sigmoid: DescribedOperator {}
extension Sign: DescribedOperator {}
extension Softplus: DescribedOperator {}
extension Softsign: DescribedOperator {}
extension Sqrt: DescribedOperator {}
extension Tanh: DescribedOperator {}
