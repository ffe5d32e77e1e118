import Testing
import Training

struct PublishPolicyTests {
    @Test func neverAndAlwaysLookAtNothing() {
        #expect(!PublishPolicy.never.decision(candidate: [:], served: nil).publishes)
        #expect(PublishPolicy.always.decision(candidate: [:], served: ["test_accuracy": 1]).publishes)
    }

    @Test(
        arguments: [
            (["test_accuracy": 0.9, "validation_accuracy": 0.5], true), (["test_accuracy": 0.7], false),
            (["test_accuracy": 0.8], false), (["test_accuracy": .nan], false), (["validation_accuracy": 0.99], false),
            (["test_loss": 0], false),
        ] as [(MetricList, Bool)]) func aStandardMetricDecides(candidate: MetricList, publishes: Bool)
    {
        let served: MetricList = ["test_accuracy": 0.8, "validation_accuracy": 0.99]
        #expect(PublishPolicy.ifBetter(nil).decision(candidate: candidate, served: served).publishes == publishes)
        #expect(PublishPolicy.ifBetter(nil).decision(candidate: candidate, served: nil).publishes)
    }

    @Test func aNamedMetricDecidesInItsDirection() {
        let policy = PublishPolicy.ifBetter(MetricGoal("test_mse"))
        let better = policy.decision(candidate: ["test_mse": 0.5], served: ["test_mse": 0.75])
        #expect(better.publishes && better.reason == "test_mse 0.5 is better than 0.75")
        let worse = policy.decision(candidate: ["test_mse": 1], served: ["test_mse": 0.75])
        #expect(!worse.publishes && worse.reason == "test_mse 1.0 is not better than 0.75")
        #expect(!policy.decision(candidate: ["test_mae": 1], served: ["test_mse": 0.75]).publishes)
    }
}
