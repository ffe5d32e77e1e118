import Testing
import Training

/// A loss, what it is given, and what PyTorch 2.13 says.
struct LossCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let loss: Loss
    var outputs = LossCase.logits
    var columns = 3
    let targets: [Float]
    /// The mean over the rows.
    let value: Double
    let gradient: [Float]

    var rows: Int { outputs.count / columns }
    var targetColumns: Int { targets.count / rows }

    static let logits: [Float] = [0.5, -1.25, 2, 3, 0.25, -0.75, -2, 1.5, 1, 0, 0, 4.5]
    static let classes: [Float] = [2, 1, 1, 0]
    static let probabilities: [Float] = [0.25, 0.25, 0.5, 0, 1, 0, 0.5, 0.5, 0, 0.125, 0.125, 0.75]
    static let weights: [Float] = [0.5, 2, 1.5]
    static let values: [Float] = [1, -1, 2.25, 0, 0.25, 1, -2, 0, 1, 0.5, 3, 4]
    static let binaryLogits: [Float] = [0.5, -1.25, 2, -30]
    static let binary: [Float] = [1, 0, 0, 1]

    static let crossEntropies = [
        LossCase(
            testDescription: "class indices", loss: Loss(.crossEntropy), targets: classes, value: 2.0202817916870117,
            gradient: [
                0.044205043, 0.0076816855, -0.051886737, 0.22989656, -0.23530321, 0.0054066484, 0.004612462,
                -0.09725624, 0.092643775, -0.24728312, 0.0027168859, 0.24456623,
            ]),
        LossCase(
            testDescription: "probabilities as targets", loss: Loss(.crossEntropy), targets: probabilities,
            value: 1.9109067916870117,
            gradient: [
                -0.018294957, -0.054818314, 0.07311326, 0.22989656, -0.23530321, 0.0054066484, -0.12038754,
                0.027743757, 0.092643775, -0.028533114, -0.028533114, 0.057066232,
            ]),
        LossCase(
            testDescription: "label smoothing", loss: Loss(.crossEntropy, labelSmoothing: 0.1), targets: classes,
            value: 2.0411150455474854,
            gradient: [
                0.03587171, -0.00065164827, -0.03522007, 0.22156322, -0.21863654, -0.0029266854, -0.0037208716,
                -0.08058958, 0.08431044, -0.23061645, -0.005616448, 0.23623289,
            ]),
        LossCase(
            testDescription: "class weights, over the number of rows", loss: Loss(.crossEntropy, classWeights: weights),
            targets: classes, value: 2.3157455921173096,
            gradient: [
                0.06630757, 0.011522528, -0.077830106, 0.45979312, -0.47060642, 0.010813297, 0.009224924, -0.19451249,
                0.18528755, -0.12364156, 0.0013584429, 0.122283116,
            ]),
        LossCase(
            testDescription: "class weights and smoothing of probabilities",
            loss: Loss(.crossEntropy, labelSmoothing: 0.2, classWeights: weights), targets: probabilities,
            value: 2.7365715503692627,
            gradient: [
                0.027080225, -0.12283504, 0.095754795, 0.4208069, -0.40589932, -0.014907592, -0.052490883,
                -0.039857913, 0.09234878, -0.016984412, -0.07948441, 0.09646885,
            ]),
        LossCase(
            testDescription: "class weights and smoothing of indices",
            loss: Loss(.crossEntropy, labelSmoothing: 0.2, classWeights: weights), targets: classes,
            value: 2.4434218406677246,
            gradient: [
                0.056500733, -0.022066863, -0.034433894, 0.4208069, -0.40589932, -0.014907592, 0.0002765956,
                -0.14821166, 0.14793505, -0.106522076, -0.031522077, 0.13804416,
            ]),
        LossCase(
            testDescription: "of probabilities", loss: Loss(.crossEntropy, isFromLogits: false),
            outputs: [
                0.17682018876075745, 0.03072674199938774, 0.7924531102180481, 0.9195862412452698, 0.05878717824816704,
                0.02162659540772438, 0.018449846655130386, 0.6109750270843506, 0.37057510018348694,
                0.010867541655898094, 0.010867541655898094, 0.9782649278640747,
            ], targets: classes, value: 2.0202817916870117,
            gradient: [0, 0, -0.3154761, 0, -4.252628, 0, 0, -0.409182, 0, -23.004282, 0, 0]),
    ]

    static let binaryCrossEntropies = [
        LossCase(
            testDescription: "binary", loss: Loss(.binaryCrossEntropy), outputs: binaryLogits, columns: 1,
            targets: binary, value: 8.213233947753906, gradient: [-0.09438516, 0.055675033, 0.22019926, -0.25]),
        LossCase(
            testDescription: "binary, smoothed", loss: Loss(.binaryCrossEntropy, labelSmoothing: 0.1),
            outputs: binaryLogits, columns: 1, targets: binary, value: 7.835108757019043,
            gradient: [-0.08188516, 0.043175034, 0.20769925, -0.2375]),
        LossCase(
            testDescription: "binary, weighted", loss: Loss(.binaryCrossEntropy, classWeights: [0.5, 3]),
            outputs: binaryLogits, columns: 1, targets: binary, value: 23.15291404724121,
            gradient: [-0.2831555, 0.027837517, 0.11009963, -0.75]),
        LossCase(
            testDescription: "binary, several columns", loss: Loss(.binaryCrossEntropy),
            targets: [1, 0, 1, 0, 0, 1, 1, 1, 0, 0.5, 0.25, 1], value: 0.9086064696311951,
            gradient: [
                -0.03146172, 0.018558344, -0.009933581, 0.079381175, 0.046848044, -0.056598227, -0.07339976,
                -0.01520213, 0.06092155, 0, 0.020833334, -0.000915577,
            ]),
        LossCase(
            testDescription: "binary, of probabilities", loss: Loss(.binaryCrossEntropy, isFromLogits: false),
            outputs: [0.6, 0.2, 0.9, 0.3], columns: 1, targets: binary, value: 1.0601317882537842,
            gradient: [-0.41666666, 0.31249997, 2.4999995, -0.8333333]),
    ]

    static let distances = [
        LossCase(
            testDescription: "mse", loss: Loss(.meanSquaredError), targets: values, value: 2.015625,
            gradient: [
                -0.083333336, -0.041666668, -0.041666668, 0.5, 0, -0.2916667, 0, 0.25, 0, -0.083333336, -0.5,
                0.083333336,
            ]),
        LossCase(
            testDescription: "mae", loss: Loss(.meanAbsoluteError), targets: values, value: 0.9375,
            gradient: [
                -0.083333336, -0.083333336, -0.083333336, 0.083333336, 0, -0.083333336, 0, 0.083333336, 0,
                -0.083333336, -0.083333336, 0.083333336,
            ]),
        LossCase(
            testDescription: "huber", loss: Loss(.huber), targets: values, value: 0.640625,
            gradient: [
                -0.041666668, -0.020833334, -0.020833334, 0.083333336, 0, -0.083333336, 0, 0.083333336, 0,
                -0.041666668, -0.083333336, 0.041666668,
            ]),
        LossCase(
            testDescription: "huber, delta 0.5", loss: Loss(.huber, delta: 0.5), targets: values,
            value: 0.3802083432674408,
            gradient: [
                -0.041666668, -0.020833334, -0.020833334, 0.041666668, 0, -0.041666668, 0, 0.041666668, 0,
                -0.041666668, -0.041666668, 0.041666668,
            ]),
    ]

    static let all = crossEntropies + binaryCrossEntropies + distances
}

struct LossTests {
    static func evaluate(_ test: LossCase, outputs: [Float]? = nil) -> (sum: Double, gradient: [Float]) {
        var gradient = [Float](repeating: .nan, count: test.outputs.count)
        let sum = test.loss.evaluate(
            outputs: outputs ?? test.outputs, targets: test.targets, rows: test.rows, columns: test.columns,
            targetColumns: test.targetColumns, gradient: &gradient)
        return (sum, gradient)
    }

    @Test(arguments: LossCase.all) func valueAndGradientArePyTorchs(test: LossCase) {
        let (sum, gradient) = Self.evaluate(test)
        #expect(abs(sum / Double(test.rows) - test.value) < 3e-7 * max(1, test.value))
        for (actual, expected) in zip(gradient, test.gradient) {
            #expect(abs(actual - expected) <= 3e-7 * max(1, abs(expected)))
        }
    }

    @Test(arguments: LossCase.all) func theGradientIsOptional(test: LossCase) {
        let sum = test.loss.evaluate(
            outputs: test.outputs, targets: test.targets, rows: test.rows, columns: test.columns,
            targetColumns: test.targetColumns, gradient: nil)
        #expect(sum == Self.evaluate(test).sum)
    }

    @Test(arguments: LossCase.all) func partsOfABatchGiveTheBitsOfTheWhole(test: LossCase) {
        let whole = Self.evaluate(test)
        var gradient = [Float](repeating: .nan, count: test.outputs.count)
        var sum = 0.0
        for row in 0..<test.rows {
            gradient.withUnsafeMutableBufferPointer { buffer in
                sum += test.loss.evaluate(
                    outputs: Array(test.outputs[(row * test.columns)...]),
                    targets: Array(test.targets[(row * test.targetColumns)...]), rows: 1, columns: test.columns,
                    targetColumns: test.targetColumns, batch: test.rows,
                    gradient: buffer.baseAddress.map { $0 + row * test.columns })
            }
        }
        #expect(gradient == whole.gradient)
        #expect(sum == whole.sum)
    }

    /// Central differences of the mean; steps away from the kinks of the absolute errors.
    @Test(arguments: LossCase.all) func theGradientIsTheDerivative(test: LossCase) {
        let outputs = test.outputs.map { $0 + 0.011 }
        let gradient = Self.evaluate(test, outputs: outputs).gradient
        for index in outputs.indices {
            let step: Float = 1e-3
            var (low, high) = (outputs, outputs)
            low[index] -= step
            high[index] += step
            let difference = Self.evaluate(test, outputs: high).sum - Self.evaluate(test, outputs: low).sum
            let derivative = difference / Double(test.rows) / Double(high[index] - low[index])
            #expect(abs(derivative - Double(gradient[index])) < 1e-3 * max(1, abs(derivative)), "\(index)")
        }
    }

    @Test func largeLogitsNeitherOverflowNorCancel() {
        var gradient = [Float](repeating: 0, count: 3)
        let far = Loss(.crossEntropy).evaluate(
            outputs: [1_000, -1_000, 0], targets: [1], rows: 1, columns: 3, targetColumns: 1, gradient: &gradient)
        #expect(far == 2_000)
        #expect(gradient == [1, -1, 0])
        let sure = Loss(.crossEntropy).evaluate(
            outputs: [40, 0, 0], targets: [0], rows: 1, columns: 3, targetColumns: 1, gradient: &gradient)
        #expect(sure >= 0 && sure < 1e-16)
        for (logit, target, expected) in [(Float(200), Float(0), 200.0), (-200, 1, 200), (200, 1, 0), (-200, 0, 0)] {
            let loss = Loss(.binaryCrossEntropy).evaluate(
                outputs: [logit], targets: [target], rows: 1, columns: 1, targetColumns: 1, gradient: &gradient)
            #expect(loss == expected)
            #expect(gradient[0] == (expected == 0 ? 0 : target == 0 ? 1 : -1))
        }
    }

    @Test func certainAndWrongProbabilitiesGiveFiniteLossesAndGradients() {
        var gradient = [Float](repeating: 0, count: 2)
        let several = Loss(.crossEntropy, isFromLogits: false).evaluate(
            outputs: [1, 0], targets: [1], rows: 1, columns: 2, targetColumns: 1, gradient: &gradient)
        #expect(several.isFinite && several > 16 && gradient.allSatisfy(\.isFinite) && gradient[1] < -1)
        let one = Loss(.binaryCrossEntropy, isFromLogits: false).evaluate(
            outputs: [1], targets: [0], rows: 1, columns: 1, targetColumns: 1, gradient: &gradient)
        #expect(one.isFinite && one > 15 && gradient[0].isFinite && gradient[0] > 1)
    }

    @Test(arguments: Loss.Kind.allCases, [true, false]) func nanShowsInTheLoss(kind: Loss.Kind, isFromLogits: Bool) {
        var gradient: [Float] = [0, 0]
        let loss = Loss(kind, isFromLogits: isFromLogits).evaluate(
            outputs: [.nan, 0.5], targets: [1, 0], rows: 1, columns: 2, targetColumns: 2, gradient: &gradient)
        #expect(loss.isNaN)
        #expect(gradient[0].isNaN)
    }
}
