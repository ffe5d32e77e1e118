// Operators that operator set 20 has under the same name, with the same inputs and no attributes.

extension Abs: DescribedOperator {}
extension Erf: DescribedOperator {}
extension Exp: DescribedOperator {}
extension HardSwish: DescribedOperator {}
extension Identity: DescribedOperator {}
extension Log: DescribedOperator {}
extension Neg: DescribedOperator {}
extension Reciprocal: DescribedOperator {}
extension Relu: DescribedOperator {}
extension Sigmoid: DescribedOperator {}
extension Softplus: DescribedOperator {}
extension Softsign: DescribedOperator {}
extension Sqrt: DescribedOperator {}
extension Tanh: DescribedOperator {}

extension MatMul: DescribedOperator {}
extension Pow: DescribedOperator {}
