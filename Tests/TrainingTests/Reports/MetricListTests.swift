import JSON
import Testing
import Training

struct MetricListTests {
    @Test func namesKeepTheirOrder() {
        var metrics: MetricList = ["loss": 1, "accuracy": 0.5]
        metrics["f1"] = 0.25
        metrics["loss"] = 2
        #expect(metrics.entries.map(\.name) == ["loss", "accuracy", "f1"])
        #expect(metrics["loss"] == 2 && metrics["other"] == nil)
        metrics["accuracy"] = nil
        #expect(metrics == ["loss": 2, "f1": 0.25])
    }

    @Test func splitsStandBeforeTheNames() {
        let metrics: MetricList = ["loss": 1]
        #expect(metrics.prefixed("train") + metrics.prefixed("test") == ["train_loss": 1, "test_loss": 1])
    }

    @Test func nanIsNullAndReadsBack() throws {
        let metrics: MetricList = ["loss": .nan, "accuracy": 0.1 + 0.2]
        #expect(metrics.json.text == #"{"loss":null,"accuracy":0.30000000000000004}"#)
        let read = try MetricList(json: metrics.json, path: "metrics")
        #expect(read["loss"]?.isNaN == true && read["accuracy"] == 0.1 + 0.2)
        #expect(throws: FieldError(path: "metrics.loss", expected: "a number", found: "\"low\"")) {
            try MetricList(json: ["loss": "low"], path: "metrics")
        }
    }
}
