import Testing

import Tensors

/// The LSTM kernels of every level this machine can run, against the naive twin and against themselves.
struct LSTMKernelTests {
    /// (inputs, hidden units): shared vectors of 1–4 units, full blocks, padding, several groups, projected inputs.
    static let sizes = [
        (1, 1), (1, 2), (2, 3), (1, 4), (3, 5), (5, 7), (1, 8), (7, 9), (8, 10), (1, 16), (9, 17), (2, 21), (4, 31),
        (13, 33), (1, 50), (50, 50), (3, 64), (20, 67), (1, 100), (30, 129),
    ]

    @Test(arguments: sizes)
    func agreesWithTheNaiveTwinAtEveryLevel(inputSize: Int, hiddenSize: Int) {
        for kernels in Kernels.available {
            for (steps, rows) in [(1, 1), (2, 3), (7, 17), (30, 2), (5, 33)] {
                let example = LSTMCase(inputSize: inputSize, hiddenSize: hiddenSize, steps: steps, rows: rows)
                let result = example.run(kernels, example.packed(kernels), count: rows)
                for row in 0..<rows {
                    let expected = example.expected(row: row)
                    let outputs = row * steps * hiddenSize..<(row + 1) * steps * hiddenSize
                    let states = row * hiddenSize..<(row + 1) * hiddenSize
                    #expect(largestDifference(result.output[outputs], expected.output) < 2e-6)
                    #expect(largestDifference(result.hidden[states], expected.hidden) < 2e-6)
                    #expect(largestDifference(result.cell[states], expected.cell) < 5e-6)
                }
            }
        }
    }

    @Test(arguments: [(1, 50), (12, 40)])
    func staysAccurateOverAHundredSteps(inputSize: Int, hiddenSize: Int) {
        for kernels in Kernels.available {
            let example = LSTMCase(
                inputSize: inputSize, hiddenSize: hiddenSize, steps: 100, rows: 16, inputScale: 3)
            let result = example.run(kernels, example.packed(kernels), count: 16)
            for row in 0..<16 {
                let size = 100 * hiddenSize
                let output = result.output[row * size..<(row + 1) * size]
                #expect(largestDifference(output, example.expected(row: row).output) < 1e-5)
            }
        }
    }

    @Test(arguments: [(1, 50, 9), (3, 5, 4), (8, 18, 26), (40, 33, 3), (1, 1, 5), (2, 130, 2), (50, 16, 30)])
    func aRowOfABatchHasTheBitsOfTheRowAlone(inputSize: Int, hiddenSize: Int, steps: Int) {
        let example = LSTMCase(inputSize: inputSize, hiddenSize: hiddenSize, steps: steps, rows: 70)
        for kernels in Kernels.available {
            let lstm = example.packed(kernels)
            let alone = (0..<70).map { example.run(kernels, lstm, first: $0, count: 1) }
            for count in 1...70 {
                let batch = example.run(kernels, lstm, count: count)
                #expect(haveSameBits(batch.output, alone[..<count].flatMap(\.output)))
                #expect(haveSameBits(batch.hidden, alone[..<count].flatMap(\.hidden)))
                #expect(haveSameBits(batch.cell, alone[..<count].flatMap(\.cell)))
            }
        }
    }

    @Test(arguments: [1, 5, 15, 16, 20, 31, 40])
    func startsFromGivenStatesAndReplacesThemInPlace(rows: Int) {
        let example = LSTMCase(inputSize: 3, hiddenSize: 19, steps: 6, rows: rows)
        let hidden = (0..<rows * 19).map { Float($0 % 13) / 13 - 0.5 }
        let cell = (0..<rows * 19).map { Float($0 % 7) - 3 }
        for kernels in Kernels.available {
            let result = example.run(kernels, example.packed(kernels), count: rows, hidden: hidden, cell: cell)
            for row in 0..<rows {
                let expected = example.expected(row: row, hidden: hidden, cell: cell)
                #expect(largestDifference(result.hidden[row * 19..<(row + 1) * 19], expected.hidden) < 2e-6)
                #expect(largestDifference(result.cell[row * 19..<(row + 1) * 19], expected.cell) < 5e-6)
            }
        }
    }

    /// Hidden units are within ±1, which sums in pairs rely on; states from outside are not.
    @Test(arguments: [1, 20, 40], [1, 11])
    func initialStatesOfAnySizeLoseNoDigits(rows: Int, inputSize: Int) {
        let example = LSTMCase(inputSize: inputSize, hiddenSize: 19, steps: 40, rows: rows)
        // Terms of ten thousands that cancel to about one.
        let hidden = (0..<rows * 19).map { index -> Float in
            let weights = example.naive.recurrentWeights
            return index % 19 == 0 ? 20_000 : index % 19 == 1 ? -20_000 * weights[0] / weights[1] : 0.25
        }
        let cell = (0..<rows * 19).map { Float($0 % 7) - 3 }
        for kernels in Kernels.available {
            let result = example.run(kernels, example.packed(kernels), count: rows, hidden: hidden, cell: cell)
            for row in 0..<rows {
                let expected = example.expected(row: row, hidden: hidden, cell: cell)
                let output = result.output[row * 40 * 19..<(row + 1) * 40 * 19]
                #expect(largestDifference(output, expected.output) < 1e-3)
            }
        }
    }

    @Test(arguments: [Float(2), 2.5, 40])
    func largeRecurrentWeightsLoseNoDigits(largest: Float) {
        var example = LSTMCase(inputSize: 2, hiddenSize: 20, steps: 3, rows: 35)
        for unit in stride(from: 0, to: 20 * 80, by: 7) {
            example.naive.recurrentWeights[unit] = unit.isMultiple(of: 2) ? largest : -largest
        }
        for kernels in Kernels.available {
            let result = example.run(kernels, example.packed(kernels), count: 35)
            for row in 0..<35 {
                let expected = example.expected(row: row)
                let output = result.output[row * 60..<(row + 1) * 60]
                #expect(largestDifference(output, expected.output) < Double(1e-6 * max(1, largest)))
            }
        }
    }

    @Test(arguments: [1, 20, 32])
    func withoutStepsTheFinalStatesAreTheInitialOnes(rows: Int) {
        let example = LSTMCase(inputSize: 2, hiddenSize: 9, steps: 0, rows: rows)
        let hidden = (0..<rows * 9).map { Float($0) }
        let cell = hidden.map { -$0 }
        for kernels in Kernels.available {
            let lstm = example.packed(kernels)
            let result = example.run(kernels, lstm, count: rows, hidden: hidden, cell: cell)
            #expect(result == LSTMCase.Result(output: [], hidden: hidden, cell: cell))
            #expect(example.run(kernels, lstm, count: rows).hidden == Array(repeating: 0, count: rows * 9))
        }
    }

    @Test(arguments: [1, 17, 33])
    func runsBackwardsInTime(rows: Int) {
        for inputSize in [2, 11] {
            var example = LSTMCase(inputSize: inputSize, hiddenSize: 12, steps: 31, rows: rows)
            example.isReversed = true
            for kernels in Kernels.available {
                let result = example.run(kernels, example.packed(kernels), count: rows)
                for row in 0..<rows {
                    let expected = example.expected(row: row)
                    let output = result.output[row * 31 * 12..<(row + 1) * 31 * 12]
                    #expect(largestDifference(output, expected.output) < 2e-6)
                    #expect(largestDifference(result.hidden[row * 12..<(row + 1) * 12], expected.hidden) < 2e-6)
                }
            }
        }
    }
}
