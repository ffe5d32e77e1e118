import Glibc

extension Naive {
    /// One direction of one LSTM layer as plain loops, accumulated in Double: the oracle of `Kernels.runLSTM`.
    package struct LSTM: Sendable {
        /// Features of one step.
        package var inputSize: Int
        /// Hidden units.
        package var hiddenSize: Int
        /// [4, hiddenSize, inputSize], gate order i, f, g, o.
        package var inputWeights: [Float]
        /// [4, hiddenSize, hiddenSize].
        package var recurrentWeights: [Float]
        /// [4, hiddenSize].
        package var bias: [Float]
        /// The functions of the gates, of what goes into the cell and of what comes out of it.
        package var gate: @Sendable (Double) -> Double = { 1 / (1 + Glibc.exp(-$0)) }
        package var candidate: @Sendable (Double) -> Double = { Glibc.tanh($0) }
        package var result: @Sendable (Double) -> Double = { Glibc.tanh($0) }

        /// A layer with these weights and the usual functions.
        package init(
            inputSize: Int, hiddenSize: Int, inputWeights: [Float], recurrentWeights: [Float], bias: [Float]
        ) {
            self.inputSize = inputSize
            self.hiddenSize = hiddenSize
            self.inputWeights = inputWeights
            self.recurrentWeights = recurrentWeights
            self.bias = bias
        }

        /// Runs one sequence.
        /// - Parameters:
        ///   - input: [steps, inputSize].
        ///   - hidden: The hidden state [hiddenSize], replaced by the final one.
        ///   - cell: The cell state [hiddenSize], replaced by the final one.
        ///   - isReversed: Whether the last step is computed first; the output keeps the input's order.
        /// - Returns: The hidden state of every step, [steps, hiddenSize].
        package func run(
            _ input: [Float], hidden: inout [Double], cell: inout [Double], isReversed: Bool = false
        ) -> [Double] {
            let steps = input.count / inputSize
            var output = [Double](repeating: 0, count: steps * hiddenSize)
            for step in 0..<steps {
                let at = isReversed ? steps - 1 - step : step
                let x = input[at * inputSize..<(at + 1) * inputSize].map(Double.init)
                let previous = hidden
                for unit in 0..<hiddenSize {
                    let gates = (0..<4).map { sum(gate: $0, unit: unit, x: x, hidden: previous) }
                    cell[unit] = gate(gates[1]) * cell[unit] + gate(gates[0]) * candidate(gates[2])
                    hidden[unit] = gate(gates[3]) * result(cell[unit])
                    output[at * hiddenSize + unit] = hidden[unit]
                }
            }
            return output
        }

        private func sum(gate: Int, unit: Int, x: [Double], hidden: [Double]) -> Double {
            let row = gate * hiddenSize + unit
            var sum = Double(bias[row])
            for k in 0..<inputSize { sum += Double(inputWeights[row * inputSize + k]) * x[k] }
            for k in 0..<hiddenSize { sum += Double(recurrentWeights[row * hiddenSize + k]) * hidden[k] }
            return sum
        }
    }
}
