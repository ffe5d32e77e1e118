package import Tensors

/// Why a model does not serve, or why a request gets no answer.
package enum ServingError: Error, Equatable {
    // Looking a model up
    /// No directory of that name in the repository.
    case modelNotFound(String)
    /// The model has no such version directory.
    case versionNotFound(model: String, version: Int)
    /// The version, or every version when it is nil, is there but does not serve.
    case notReady(model: String, version: Int?, state: VersionState, reason: String)
    /// The version was unloaded for the memory of others; `ModelRepository.revive` loads it again.
    case evicted(model: String, version: Int)
    /// No version of the model has that label.
    case labelNotFound(model: String, label: String, known: [String])

    // Changing what serves
    /// A text that cannot be a label.
    case labelName(String)
    /// A label beyond the most that a model may have.
    case tooManyLabels(limit: Int)
    /// `stable` cannot be removed.
    case fixedLabel(String)
    /// Nothing served before what serves now.
    case noEarlierVersion(model: String, serving: Int?)
    /// The version that serves cannot be unloaded alone.
    case versionServes(model: String, version: Int)
    /// The model's version policy names other versions than this one.
    case excludedByPolicy(model: String, version: Int, allowed: [Int])
    /// Too many requests wait for versions that are being loaded again.
    case tooManyRevivals(limit: Int)

    // Making a request
    /// A request with fewer than one row.
    case noRows
    /// A request with another number of inputs than the model has.
    case inputCount(expected: Int, found: Int)
    /// An input whose row has the wrong shape; both without the batch.
    case inputShape(input: String, expected: String, found: Shape)
    /// An input's storage that is shorter than its rows.
    case inputStorage(input: String, expectedFloats: Int, foundFloats: Int)
    /// A number that the input's type does not have, or that picks no row of the model's table; `row` and `element` say
    /// which one of the request it is.
    case element(input: String, row: Int, element: Int, expected: String, found: Float)
    /// Rows whose inputs and outputs together are larger than one request may be, in numbers.
    case tooLarge(floats: Int, limit: Int)
    /// A free size of the model that the request does not say, or says below 1.
    case unboundSize(String)
    /// A size the model does not have.
    case unknownSize(String, known: [String])

    // Waiting and computing
    /// More rows than may ever wait; trying again does not help.
    case tooManyRows(rows: Int, limit: Int)
    /// The queue has no room for the rows now.
    case queueFull(queuedRows: Int, limit: Int, retryAfter: Duration)
    /// The caller did not want the answer any more.
    case cancelled
    /// The deadline passed before the answer was computed.
    case deadlineExceeded
    /// The version is being stopped and takes no new requests.
    case shuttingDown
    /// The model cannot compute this request, for a reason of the engine.
    case computation(String)

    // Configuration files
    /// Text that is not TOML.
    case invalidTOML(file: String, line: Int, column: Int, reason: String)
    /// A key that means nothing; `key` and `known` with their section.
    case unknownKey(file: String, key: String, known: [String])
    /// A value of the wrong type or out of range.
    case invalidValue(file: String, key: String, expected: String, found: String)

    // Loading
    /// A directory of the repository whose name cannot be a model's.
    case modelName(String)
    /// A file or directory that cannot be used.
    case file(String, reason: String)
    /// A version that takes more memory than all versions may; bytes.
    case memoryBudget(needed: Int, limit: Int)
    /// A model file that cannot be read or compiled.
    case model(String)
    /// Not as many class names as the output has columns.
    case classNameCount(expected: String, found: Int)
    /// Preprocessing that makes other rows than the model takes; `expected` is empty for a model of several inputs.
    case preprocessingShape(expected: String, found: Shape)
    /// A golden tensor that is missing or has the wrong shape.
    case goldenTensor(String, expected: String, found: String)
    /// An output that is not what the golden file says; `index` is outermost first, `tolerance` what this output may
    /// be off.
    case goldenMismatch(output: String, index: [Int], expected: Float, found: Float, tolerance: Double)
}
