import JSON
import Tensors
import Testing
import Training

struct OptimizerTests {
    static let start = (0..<5).map { Float($0 - 2) / 4 }
    static func gradient(_ step: Int) -> [Float] { (0..<5).map { Float(($0 * 7 + step * 13) % 11 - 5) / 8 } }

    /// Declarations, and the parameters that PyTorch 2.13 (Keras 3.15 for its formula) has after six steps.
    static let references: [(declaration: String, parameters: [Float])] = [
        (#"{"name":"sgd","learning_rate":0.1}"#, [-0.5, -0.22500002, 0.05, 0.18749999, 0.46250004]),
        (
            #"{"name":"sgd","learning_rate":0.1,"weight_decay":0.01}"#,
            [-0.4974441, -0.22345407, 0.04998763, 0.186066, 0.459782]
        ),
        (
            #"{"name":"sgd","learning_rate":0.1,"momentum":0.9}"#,
            [-0.1782219, -0.24408226, 0.051914748, 0.15038063, 0.25592637]
        ),
        (
            #"{"name":"sgd","learning_rate":0.1,"momentum":0.9,"dampening":0.5}"#,
            [-0.19268629, -0.305611, 0.08452724, 0.05376564, 0.34867826]
        ),
        (
            #"{"name":"sgd","learning_rate":0.1,"momentum":0.9,"nesterov":true,"weight_decay":0.01}"#,
            [-0.2039353, -0.21289982, 0.09623034, 0.093464054, 0.23446487]
        ),
        (
            #"{"name":"adam","learning_rate":0.1}"#,
            [-0.16106087, -0.38534608, 0.14273798, 0.1349563, 0.1688046]
        ),
        (
            #"{"name":"adam","learning_rate":0.1,"beta1":0.8,"beta2":0.95,"epsilon":0.01,"weight_decay":0.1}"#,
            [-0.1928543, -0.32336408, 0.11193663, 0.12545303, 0.17703882]
        ),
        (#"{"name":"adamw","learning_rate":0.1}"#, [-0.159336, -0.3830293, 0.14209159, 0.13391963, 0.16702214]),
        (
            #"{"name":"adamw","learning_rate":0.1,"weight_decay":0.5}"#,
            [-0.08755287, -0.2817532, 0.11350937, 0.0894334, 0.09248493]
        ),
        (#"{"name":"rmsprop","learning_rate":0.1}"#, [-0.040817976, -0.9865211, 0.58428955, -0.61737, -1.4609172]),
        (
            #"""
            {"name":"rmsprop","learning_rate":0.1,"alpha":0.9,"momentum":0.9,"epsilon":0.01,"weight_decay":0.1}
            """#,
            [0.9512904, -1.1801631, 0.22442013, -0.37373924, -1.8859384]
        ),
        (
            #"{"name":"rmsprop","learning_rate":0.1,"centered":true,"momentum":0.5,"epsilon":0.1}"#,
            [0.075203344, -0.25362122, 0.19724995, -0.16674954, -0.25900882]
        ),
        (
            #"{"name":"adagrad","learning_rate":0.1}"#,
            [-0.45279685, -0.32396135, 0.058460172, 0.16409844, 0.30359545]
        ),
        (
            #"""
            {"name":"adagrad","learning_rate":0.1,"learning_rate_decay":0.1,"initial_accumulator":0.2,
             "epsilon":0.01,"weight_decay":0.1}
            """#,
            [-0.42712998, -0.26446074, 0.029040493, 0.18325932, 0.39186168]
        ),
        (
            #"{"name":"sgd","formula":"keras","learning_rate":0.1,"momentum":0.9}"#,
            [-0.17822193, -0.24408221, 0.051914748, 0.15038063, 0.2559264]
        ),
        (
            #"""
            {"name":"sgd","formula":"keras","learning_rate":0.1,"momentum":0.9,"nesterov":true,"weight_decay":0.1}
            """#,
            [-0.19570431, -0.2018524, 0.09568606, 0.086045004, 0.22236377]
        ),
        (
            #"{"name":"adam","formula":"keras","learning_rate":0.1,"epsilon":0.01}"#,
            [-0.2670976, -0.31016698, 0.061985414, 0.17162478, 0.3211053]
        ),
        (
            #"{"name":"adamw","formula":"keras","learning_rate":0.1,"weight_decay":0.5}"#,
            [-0.087556295, -0.2817512, 0.11350708, 0.08943446, 0.0924899]
        ),
        (
            #"{"name":"rmsprop","formula":"keras","learning_rate":0.1,"epsilon":0.01}"#,
            [-0.416371, -0.3406156, 0.13623299, -0.018951893, 0.1611006]
        ),
        (
            #"""
            {"name":"rmsprop","formula":"keras","learning_rate":0.1,"rho":0.8,"momentum":0.9,"centered":true,
             "epsilon":0.01}
            """#,
            [0.8027384, -1.0954391, 0.21501659, -0.3048769, -1.190628]
        ),
        (
            #"{"name":"adagrad","formula":"keras","learning_rate":0.1,"epsilon":0.01}"#,
            [-0.46320933, -0.27930558, 0.040816486, 0.17325823, 0.39283884]
        ),
    ]

    /// The parameters after some steps from `start`, and the optimizer.
    static func run(
        _ options: OptimizerOptions, steps: Range<Int>, from parameters: [Float] = start,
        optimizer: Optimizer? = nil, clip: GradientClip = .none, kernels: Kernels = .best()
    ) -> (parameters: [Float], optimizer: Optimizer) {
        var parameters = parameters
        let optimizer = optimizer ?? Optimizer(options, count: parameters.count)
        let ranges = [ParameterRange(0..<parameters.count)]
        let norm = GradientNorm(ranges: ranges)
        for step in steps {
            let gradients = gradient(step)
            optimizer.step(
                parameters: &parameters, gradients: gradients, ranges: ranges, learningRate: options.learningRate,
                gradientScale: clip.scale(norm: norm(gradients, kernels: kernels)), gradientLimit: clip.limit,
                kernels: kernels)
        }
        return (parameters, optimizer)
    }

    /// Keras takes Adam's bias correction in float32, which costs it two digits: hence not closer.
    static func isClose(_ actual: [Float], _ expected: [Float], within tolerance: Float = 4e-6) -> Bool {
        actual.count == expected.count
            && zip(actual, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }

    @Test(arguments: references, Kernels.available)
    func sixStepsAreThoseOfTheFramework(
        reference: (declaration: String, parameters: [Float]), kernels: Kernels
    ) throws {
        let options = try OptimizerOptions(json: JSONValue(parsing: reference.declaration))
        let (parameters, _) = Self.run(options, steps: 0..<6, kernels: kernels)
        #expect(Self.isClose(parameters, reference.parameters), "\(parameters)")
    }

    @Test func clippingIsPyTorchs() {
        let sgd = OptimizerOptions(rule: .sgd(momentum: 0, dampening: 0, isNesterov: false), learningRate: 0.1)
        let (byNorm, _) = Self.run(sgd, steps: 0..<6, clip: .norm(0.5))
        #expect(Self.isClose(byNorm, [-0.50532705, -0.23498692, 0.02826814, 0.21550052, 0.48584065]))
        let (byValue, _) = Self.run(sgd, steps: 0..<6, clip: .value(0.3))
        #expect(Self.isClose(byValue, [-0.5, -0.245, 0.030000001, 0.22, 0.48250002]))
    }

    @Test(arguments: references) func resumedStepsAreThoseOfAnUninterruptedRun(
        reference: (declaration: String, parameters: [Float])
    ) throws {
        let options = try OptimizerOptions(json: JSONValue(parsing: reference.declaration))
        let (whole, _) = Self.run(options, steps: 0..<9)
        let (half, optimizer) = Self.run(options, steps: 0..<4)
        let resumed = Optimizer(options, count: half.count)
        try resumed.restore(optimizer.state)
        #expect(resumed.steps == 4)
        let (parameters, _) = Self.run(options, steps: 4..<9, from: half, optimizer: resumed)
        #expect(parameters.map(\.bitPattern) == whole.map(\.bitPattern))
    }

    @Test func aSavedStateDoesNotChangeWithLaterSteps() throws {
        let (parameters, optimizer) = Self.run(.adam, steps: 0..<2)
        let saved = optimizer.state
        let before = saved["optimizer.first_moment"]?.floats
        _ = Self.run(.adam, steps: 2..<5, from: parameters, optimizer: optimizer)
        #expect(saved["optimizer.first_moment"]?.floats == before)
        #expect(optimizer.state["optimizer.first_moment"]?.floats != before)
    }

    @Test func aStateOfAnotherOptimizerIsRefused() {
        let optimizer = Optimizer(.adam, count: 5)
        let other = OptimizerOptions(rule: .sgd(momentum: 0.9, dampening: 0, isNesterov: false), learningRate: 1)
        #expect(
            throws: FieldError(
                path: "optimizer.first_moment", expected: "5 float32 elements", found: "none")
        ) { try optimizer.restore(Optimizer(other, count: 5).state) }
        #expect(
            throws: FieldError(
                path: "optimizer.first_moment", expected: "5 float32 elements", found: "float32 [4]")
        ) { try optimizer.restore(Optimizer(.adam, count: 4).state) }
        #expect(throws: FieldError(path: "optimizer.steps", expected: "one integer ≥ 0", found: "none")) {
            try optimizer.restore([:])
        }
        #expect(optimizer.steps == 0)
    }

    @Test func parametersOutsideOfTheRangesKeepTheirValues() {
        var parameters = [Float](repeating: 1, count: 48)
        let gradients = [Float](repeating: 1, count: 48)
        let optimizer = Optimizer(.adam, count: 48)
        optimizer.step(
            parameters: &parameters, gradients: gradients, ranges: [ParameterRange(16..<32)], learningRate: 0.1,
            kernels: .best())
        #expect(parameters.map { $0 == 1 } == (0..<48).map { !(16..<32).contains($0) })
    }

    @Test func onlyDecayedRangesDecay() {
        let options = OptimizerOptions(
            rule: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, isDecoupled: true), learningRate: 0.1,
            weightDecay: 0.5)
        var parameters: [Float] = [2, 2]
        Optimizer(options, count: 2).step(
            parameters: &parameters, gradients: [0, 0],
            ranges: [ParameterRange(0..<1, isDecayed: true), ParameterRange(1..<2, isDecayed: false)],
            learningRate: 0.1, kernels: .best())
        #expect(parameters == [2 * 0.95, 2])
    }

    @Test(arguments: Kernels.available) func threadsGiveTheBitsOfOne(kernels: Kernels) {
        var random = RandomSource(seed: 3)
        let start = random.uniform(count: 1_000, in: -1..<1)
        let gradients = random.uniform(count: 1_000, in: -1..<1)
        let ranges = [ParameterRange(0..<401), ParameterRange(416..<1_000, isDecayed: false)]
        var expected = start
        let alone = Optimizer(.adam, count: 1_000)
        for _ in 0..<3 {
            alone.step(
                parameters: &expected, gradients: gradients, ranges: ranges, learningRate: 0.1, kernels: kernels)
        }
        for threads in 1...5 {
            var parameters = start
            let optimizer = Optimizer(.adam, count: 1_000)
            let parts = ParameterRange.split(ranges, parts: threads)
            for _ in 0..<3 {
                let step = optimizer.nextStep(learningRate: 0.1)
                for part in parts.reversed() {
                    step.apply(to: &parameters, gradients: gradients, ranges: part, kernels: kernels)
                }
            }
            #expect(parameters.map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }
}
