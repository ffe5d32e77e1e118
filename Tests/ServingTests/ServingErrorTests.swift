import Glibc
@testable import Serving
import Tensors
import Testing

struct ServingErrorTests {
    @Test func whatTheSystemRefusesIsNobodysFile() {
        func error(_ code: Int32) -> ServingError { .file("model.onnx", reason: SystemFile.reason(code)) }
        for code in [EROFS, EACCES, EMFILE, EIO] { #expect(error(code).isOfTheSystem && !error(code).isDiskFull) }
        for code in [ENOSPC, EDQUOT] { #expect(error(code).isDiskFull && !error(code).isOfTheSystem) }
        #expect(!error(ENOTDIR).isOfTheSystem && !ServingError.model("Permission denied").isOfTheSystem)
    }

    @Test(arguments: [
        (ServingError.modelNotFound("m"), "no model named \"m\""),
        (.versionNotFound(model: "m", version: 3), "model \"m\" has no version 3"),
        (
            .notReady(model: "m", version: nil, state: .loading, reason: "is being loaded"),
            "model \"m\" is loading: is being loaded"
        ),
        (
            .notReady(model: "m", version: 2, state: .failed, reason: "model.onnx: cut"),
            "model \"m\" version 2 could not be loaded: model.onnx: cut"
        ),
        (
            .labelNotFound(model: "m", label: "a", known: []), "model \"m\" has no label \"a\"; it has none yet"
        ),
        (
            .labelNotFound(model: "m", label: "a", known: ["b", "stable"]),
            "model \"m\" has no label \"a\"; its labels are b, stable"
        ),
        (.labelName("a b"), "\"a b\" is no label: expected 1 to 128 of A-Z a-z 0-9 . _ - and no leading dot"),
        (.tooManyLabels(limit: 64), "expected at most 64 labels beside stable, got one more; remove one first"),
        (.fixedLabel("stable"), "the label stable follows the version that serves and cannot be removed"),
        (
            .noEarlierVersion(model: "m", serving: 1),
            "model \"m\" cannot be rolled back: no version served before version 1"
        ),
        (.noEarlierVersion(model: "m", serving: nil), "model \"m\" cannot be rolled back: no version serves"),
        (
            .versionServes(model: "m", version: 2),
            "model \"m\" is served by version 2; roll it back or set the label stable to another version first, or "
                + "unload the whole model"
        ),
        (
            .preprocessingShape(expected: "[28, 28, 1]", found: [784]),
            "preprocessing.json: makes rows of shape [784], the model takes [28, 28, 1]"
        ),
        (
            .preprocessingShape(expected: "", found: [3]),
            "preprocessing.json: makes rows of shape [3], the model takes several inputs"
        ),
        (.noRows, "expected at least one row, got none"),
        (.inputCount(expected: 1, found: 2), "expected 1 input tensors, got 2"),
        (
            .inputShape(input: "x", expected: "[time, 1]", found: [3]),
            "input \"x\": expected rows of shape [time, 1], got [3]"
        ),
        (
            .inputStorage(input: "x", expectedFloats: 8, foundFloats: 7), "input \"x\": expected 8 numbers, got 7"
        ),
        (.unboundSize("time"), "the size \"time\" must be at least 1 and is not given"),
        (
            .unknownSize("a", known: ["b", "c"]), "the model has no size \"a\"; its free sizes are b, c"
        ),
        (
            .tooManyRows(rows: 9, limit: 8),
            "expected at most 8 rows in one request (batching.max_queue_rows of the model's apus.toml), got 9"
        ),
        (
            .queueFull(queuedRows: 7, limit: 8, retryAfter: .microseconds(1_500_001)),
            "the queue is full: 7 of 8 rows are waiting; try again in 1501 ms"
        ),
        (.cancelled, "the request was cancelled"),
        (.deadlineExceeded, "the deadline passed before the answer was computed"),
        (.shuttingDown, "the model version is shutting down"),
        (.computation("too long"), "too long"),
    ])
    func textsNameWhatHappened(error: ServingError, text: String) {
        #expect(error.description == text)
    }
}
