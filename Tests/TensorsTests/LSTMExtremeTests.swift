import Testing

import Tensors

/// Values at the edges of Float, and layouts beside which nothing may be written.
struct LSTMExtremeTests {
    @Test(arguments: [1, 3, 15, 20, 32, 41], [1, 9])
    func aNaNStaysInItsRow(rows: Int, inputSize: Int) {
        let clean = LSTMCase(inputSize: inputSize, hiddenSize: 18, steps: 5, rows: rows)
        for kernels in Kernels.available {
            let lstm = clean.packed(kernels)
            let expected = clean.run(kernels, lstm, count: rows)
            for poisoned in Set([0, rows / 2, rows - 1]) {
                // A payload in the low bits must not turn into a number where 2^x builds its exponent.
                for nan in [.nan, -.nan, Float(nan: 0x1ff, signaling: false), Float(nan: 1, signaling: true)] {
                    var example = clean
                    example.input[(poisoned * 5 + 2) * inputSize] = nan
                    let result = example.run(kernels, lstm, count: rows)
                    for row in 0..<rows {
                        let states = row * 18..<(row + 1) * 18
                        if row == poisoned {
                            #expect(result.hidden[states].allSatisfy { $0.isNaN })
                            #expect(result.cell[states].allSatisfy { $0.isNaN })
                        } else {
                            #expect(result.hidden[states] == expected.hidden[states])
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 15, 33])
    func infiniteAndHugeInputsSaturate(rows: Int) {
        for value in [Float.infinity, -.infinity, 3e38, -3e38, 1e20, .leastNonzeroMagnitude, -0.0] {
            var example = LSTMCase(inputSize: 1, hiddenSize: 21, steps: 120, rows: rows)
            example.input = example.input.map { _ in value }
            for kernels in Kernels.available {
                let result = example.run(kernels, example.packed(kernels), count: rows)
                let expected = example.expected(row: 0)
                #expect(largestDifference(result.output[..<(120 * 21)], expected.output) < 1e-5)
                #expect(result.output.allSatisfy { abs($0) <= 1 })
                #expect(zip(result.cell, expected.cell).allSatisfy { abs(Double($0) - $1) <= 1e-5 * max(1, abs($1)) })
            }
        }
    }

    @Test func hugeAndInfiniteCellStatesGiveNumbers() {
        let example = LSTMCase(inputSize: 1, hiddenSize: 6, steps: 3, rows: 1)
        let cell: [Float] = [1e10, -1e10, 3e38, -3e38, .infinity, -.infinity]
        for kernels in Kernels.available {
            let hidden = [Float](repeating: 0, count: 6)
            let result = example.run(kernels, example.packed(kernels), count: 1, hidden: hidden, cell: cell)
            #expect(result.hidden.allSatisfy { abs($0) <= 1 })
            #expect(result.cell.allSatisfy { !$0.isNaN })
        }
    }

    /// Two directions share an output buffer [rows, steps, 2·hidden]; each writes only its own half.
    @Test(arguments: [1, 18, 32])
    func writesOnlyItsOwnFeatures(rows: Int) {
        let example = LSTMCase(inputSize: 2, hiddenSize: 5, steps: 4, rows: rows)
        for kernels in Kernels.available {
            let lstm = example.packed(kernels)
            var output = [Float](repeating: 77, count: rows * 4 * 10)
            var workspace = [Float](repeating: 0, count: kernels.lstmWorkspaceCount(lstm, rows: rows))
            example.input.withUnsafeBufferPointer { x in
                output.withUnsafeMutableBufferPointer { y in
                    workspace.withUnsafeMutableBufferPointer { workspace in
                        guard let x = x.baseAddress, let y = y.baseAddress, let workspace = workspace.baseAddress else {
                            return
                        }
                        let batch = LSTMBatch(
                            rows: rows, steps: 4, input: x, inputRowStride: 8, inputStepStride: 2, output: y + 5,
                            outputRowStride: 40, outputStepStride: 10, stateRowStride: 5)
                        kernels.runLSTM(lstm, batch, workspace: workspace)
                    }
                }
            }
            let expected = example.run(kernels, lstm, count: rows).output
            for step in 0..<rows * 4 {
                #expect(output[step * 10..<step * 10 + 5].allSatisfy { $0 == 77 })
                #expect(output[step * 10 + 5..<step * 10 + 10] == expected[step * 5..<step * 5 + 5])
            }
        }
    }

    @Test func anEmptyBatchDoesNothing() {
        let example = LSTMCase(inputSize: 2, hiddenSize: 5, steps: 4, rows: 0)
        for kernels in Kernels.available {
            #expect(example.run(kernels, example.packed(kernels), count: 0).hidden.isEmpty)
        }
    }
}
