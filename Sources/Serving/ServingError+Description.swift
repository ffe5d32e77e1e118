import Glibc
import Tensors

extension ServingError {
    /// Whether a file could not be written for lack of space.
    package var isDiskFull: Bool {
        guard case .file(_, let reason) = self else { return false }
        return reason == SystemFile.reason(ENOSPC) || reason == SystemFile.reason(EDQUOT)
    }

    /// Whether a file could not be written or read for a reason that lies in the system, whatever its contents.
    package var isOfTheSystem: Bool {
        guard case .file(_, let reason) = self else { return false }
        return [EROFS, EACCES, EPERM, EIO, EMFILE, ENFILE, ENOMEM].contains { reason == SystemFile.reason($0) }
    }
}

extension ServingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .modelNotFound, .versionNotFound, .notReady, .evicted, .labelNotFound: lookupText
        case .labelName, .tooManyLabels, .fixedLabel, .noEarlierVersion, .versionServes, .excludedByPolicy,
            .tooManyRevivals:
            changeText
        case .noRows, .inputCount, .inputShape, .inputStorage, .element, .tooLarge, .unboundSize, .unknownSize:
            requestText
        case .tooManyRows, .queueFull, .cancelled, .deadlineExceeded, .shuttingDown, .computation: queueText
        case .invalidTOML, .unknownKey, .invalidValue: configurationText
        case .modelName, .file, .memoryBudget, .model, .classNameCount, .preprocessingShape, .goldenTensor,
            .goldenMismatch:
            loadText
        }
    }

    private var lookupText: String {
        switch self {
        case .modelNotFound(let name): "no model named \"\(name)\""
        case .versionNotFound(let model, let version): "model \"\(model)\" has no version \(version)"
        case .notReady(let model, let version, let state, let reason):
            "model \"\(model)\"\(version.map { " version \($0)" } ?? "") "
                + (state == .failed ? "could not be loaded" : "is \(state.rawValue)") + ": \(reason)"
        case .evicted(let model, let version):
            "model \"\(model)\" version \(version) is not in memory and is being loaded again"
        case .labelNotFound(let model, let label, let known):
            "model \"\(model)\" has no label \"\(label)\"; "
                + (known.isEmpty ? "it has none yet" : "its labels are \(known.joined(separator: ", "))")
        default: ""
        }
    }

    private var changeText: String {
        switch self {
        case .labelName(let name):
            "\"\(name)\" is no label: expected 1 to 128 of A-Z a-z 0-9 . _ - and no leading dot"
        case .tooManyLabels(let limit): "expected at most \(limit) labels beside stable, got one more; remove one first"
        case .fixedLabel(let label): "the label \(label) follows the version that serves and cannot be removed"
        case .noEarlierVersion(let model, let serving):
            "model \"\(model)\" cannot be rolled back: "
                + (serving.map { "no version served before version \($0)" } ?? "no version serves")
        case .versionServes(let model, let version):
            "model \"\(model)\" is served by version \(version); roll it back or set the label stable to another "
                + "version first, or unload the whole model"
        case .excludedByPolicy(let model, let version, let allowed):
            "model \"\(model)\" may not be served by version \(version): versions.numbers of its apus.toml names "
                + allowed.map(String.init).joined(separator: ", ")
        case .tooManyRevivals(let limit):
            "\(limit) requests wait already for models that are being loaded again; try again in a second"
        default: ""
        }
    }

    private var requestText: String {
        switch self {
        case .noRows: "expected at least one row, got none"
        case .inputCount(let expected, let found): "expected \(expected) input tensors, got \(found)"
        case .inputShape(let input, let expected, let found):
            "input \"\(input)\": expected rows of shape \(expected), got \(found)"
        case .inputStorage(let input, let expected, let found):
            "input \"\(input)\": expected \(expected) numbers, got \(found)"
        case .element(let input, let row, let element, let expected, let found):
            "input \"\(input)\": expected \(expected), got \(found) as element \(element) of row \(row)"
        case .tooLarge(let floats, let limit):
            "expected rows whose inputs and outputs are at most \(limit) numbers together, got "
                + (floats == .max ? "more" : "\(floats)")
        case .unboundSize(let symbol): "the size \"\(symbol)\" must be at least 1 and is not given"
        case .unknownSize(let symbol, let known):
            "the model has no size \"\(symbol)\"; its free sizes are \(known.joined(separator: ", "))"
        default: ""
        }
    }

    private var queueText: String {
        switch self {
        case .tooManyRows(let rows, let limit):
            "expected at most \(limit) rows in one request (batching.max_queue_rows of the model's apus.toml), got \(rows)"
        case .queueFull(let queued, let limit, let retryAfter):
            "the queue is full: \(queued) of \(limit) rows are waiting; try again in \(Self.milliseconds(retryAfter)) ms"
        case .cancelled: "the request was cancelled"
        case .deadlineExceeded: "the deadline passed before the answer was computed"
        case .shuttingDown: "the model version is shutting down"
        case .computation(let text): text
        default: ""
        }
    }

    private var configurationText: String {
        switch self {
        case .invalidTOML(let file, let line, let column, let reason): "\(file):\(line):\(column): \(reason)"
        case .unknownKey(let file, let key, let known):
            "\(file): unknown key \(key); known keys are \(known.joined(separator: ", "))"
        case .invalidValue(let file, let key, let expected, let found):
            "\(file): \(key): expected \(expected), got \(found)"
        default: ""
        }
    }

    private var loadText: String {
        switch self {
        case .modelName(let name):
            "\"\(name)\" is no model name: expected 1 to 128 of A-Z a-z 0-9 . _ - and no leading dot"
        case .file(let file, let reason): "\(file): \(reason)"
        case .memoryBudget(let needed, let limit):
            "takes \(needed) bytes of memory; expected at most \(limit), which repository.memory_budget_mb allows all "
                + "versions together"
        case .model(let text): text
        case .classNameCount(let expected, let found):
            "apus.toml: model.class_names: expected \(expected) names, one for each column of the output, got \(found)"
        case .preprocessingShape(let expected, let found):
            "preprocessing.json: makes rows of shape \(found), the model takes "
                + (expected.isEmpty ? "several inputs" : expected)
        case .goldenTensor(let name, let expected, let found):
            "golden.safetensors: \(name): expected \(expected), got \(found)"
        case .goldenMismatch(let output, let index, let expected, let found, let tolerance):
            "golden.safetensors: \(output)\(index): expected \(expected) within \(tolerance), got \(found)"
        default: ""
        }
    }

    /// Whole milliseconds, rounded up.
    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
