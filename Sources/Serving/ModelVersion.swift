package import Graphs
import Preprocessing
import Synchronization

/// A version of a model that serves. It lives as long as anybody uses it, whatever the repository serves meanwhile.
package final class ModelVersion: Sendable {
    /// The model's name.
    package let modelName: String
    /// The version's number.
    package let number: Int
    package let configuration: ModelConfiguration
    /// What turns the rows of a request into the model's input; nil when they are its input already.
    package let preprocessing: RowPreprocessing?
    /// What turns image files into the model's input; nil when it takes none.
    package let imagePreprocessing: RowPreprocessing?
    /// The names of the first output's columns, or of the two sides of 0.5 when it has one; empty without names.
    package let classNames: [String]
    /// What the model itself takes, each [batch, …].
    package let inputs: [TensorSignature]
    /// What an answer holds, each [batch, …].
    package let outputs: [TensorSignature]
    /// As `ServableModel.tableRows`.
    let tableRows: [Int?]
    /// The sizes a request chooses.
    package let freeSizes: FreeSizes
    /// What loading took.
    package let load: LoadReport
    private let batcher: DynamicBatcher
    private let lastSubmission: Atomic<UInt64>
    private let exchangeCounters = Mutex(ExchangeStatistics())
    /// What the batcher's times are of.
    private let clock: MonotonicClock

    init(
        modelName: String, number: Int, model: any ServableModel, configuration: ModelConfiguration,
        preprocessing: RowPreprocessing? = nil, imagePreprocessing: RowPreprocessing? = nil, classNames: [String] = [],
        load: LoadReport = LoadReport(), warmUp: WarmUp? = nil,
        turns: ComputeTurns? = nil, handOffNanoseconds: Double = DynamicBatcher.handOffNanoseconds,
        clock: MonotonicClock = .system
    ) {
        self.modelName = modelName
        self.number = number
        self.configuration = configuration
        self.preprocessing = preprocessing
        if case .image = preprocessing?.preprocessing.input {
            self.imagePreprocessing = preprocessing
        } else {
            self.imagePreprocessing = imagePreprocessing
        }
        self.classNames = classNames
        self.load = load
        self.clock = clock
        lastSubmission = Atomic(clock.nanoseconds())
        inputs = model.inputs
        outputs = model.outputs
        tableRows = model.tableRows
        freeSizes = FreeSizes(model.inputs)
        batcher = DynamicBatcher(
            label: "\(modelName).\(number)", model: model, configuration: configuration.batching, warmUp: warmUp,
            turns: turns, modelName: modelName, handOffNanoseconds: handOffNanoseconds, clock: clock)
    }

    /// What happened so far.
    package var statistics: ServingStatistics { batcher.statistics }

    /// What the batcher decides by.
    package var batching: BatchingReport { batcher.report }

    /// The memory it holds.
    package var memory: MemoryReport { batcher.memory }

    /// When it was asked last, or loaded, on the clock of deadlines.
    var lastUse: UInt64 { lastSubmission.load(ordering: .relaxed) }

    /// What happened so far around the batcher.
    package var exchanges: ExchangeStatistics { exchangeCounters.withLock { $0 } }

    /// Nanoseconds of the clock of deadlines and times.
    package func now() -> UInt64 { clock.nanoseconds() }

    /// Counts a request that was answered; times in nanoseconds.
    package func countAnswer(decode: UInt64, serialise: UInt64, total: UInt64) {
        exchangeCounters.withLock { counters in
            counters.decode.add(decode)
            counters.serialise.add(serialise)
            counters.success.add(total)
        }
    }

    /// Counts a request that was not answered.
    /// - Parameters:
    ///   - total: Nanoseconds it took.
    ///   - isComputed: Whether only its answer failed.
    package func countFailure(total: UInt64, isComputed: Bool) {
        exchangeCounters.withLock { counters in
            counters.failure.add(total)
            if isComputed { counters.unwritten += 1 }
        }
    }

    /// Refuses a request that nobody has read yet. See `DynamicBatcher`.
    package func refusalIfFull(coming: Int = 0) -> ServingError? { batcher.refusalIfFull(coming: coming) }

    /// Computes a request that was made for this version. See `DynamicBatcher` for when and where `completion` is
    /// called; it is called exactly once.
    package func submit(_ requests: [(request: InferenceRequest, completion: DynamicBatcher.Completion)]) {
        for (request, _) in requests {
            precondition(request.version === self, "the request was made for another version")
        }
        lastSubmission.store(clock.nanoseconds(), ordering: .relaxed)
        batcher.submit(requests)
    }

    /// As above, for one request.
    package func submit(_ request: InferenceRequest, completion: @escaping DynamicBatcher.Completion) {
        precondition(request.version === self, "a request for another version")
        lastSubmission.store(clock.nanoseconds(), ordering: .relaxed)
        batcher.submit(request, completion: completion)
    }

    /// Refuses new requests from now on, finishes the others, and then calls `drained` once, on any thread.
    package func stop(drained: @escaping @Sendable () -> Void) { batcher.stop(drained: drained) }
}
