import JSON
import Testing
import Training

struct LossOptionsTests {
    static func options(_ text: String) throws -> LossOptions { try LossOptions(json: JSONValue(parsing: text)) }

    @Test func theTaskChoosesTheLoss() throws {
        let options = LossOptions()
        #expect(try options.loss(classes: ["a", "b"], columns: 2, isFromLogits: true) == Loss(.crossEntropy))
        #expect(
            try options.loss(classes: ["a", "b"], columns: 1, isFromLogits: false)
                == Loss(.binaryCrossEntropy, isFromLogits: false))
        #expect(try options.loss(classes: nil, columns: 3, isFromLogits: true) == Loss(.meanSquaredError))
    }

    @Test(arguments: [
        #""mae""#, #"{"name":"huber","delta":0.5}"#,
        #"{"name":"cross_entropy","from_logits":false,"label_smoothing":0.1,"class_weights":"balanced"}"#,
        #"{"class_weights":[1,2.5]}"#, #"{"class_weights":{"cat":2.0,"dog":0.5}}"#,
    ]) func declarationsReadBack(text: String) throws {
        let options = try Self.options(text)
        let json = try #require(options.json)
        #expect(try LossOptions(json: json) == options)
    }

    @Test func aDeclarationThatSaysNothingIsLeftOut() { #expect(LossOptions().json == nil) }

    @Test(arguments: [
        (#""hinge""#, "loss"), (#"{"name":"hinge"}"#, "loss.name"),
        (#"{"name":"mse","label_smoothing":0.1}"#, "loss.label_smoothing"),
        (#"{"name":"mse","delta":1}"#, "loss.delta"), (#"{"label_smoothing":1}"#, "loss.label_smoothing"),
        (#"{"class_weights":"even"}"#, "loss.class_weights"),
        (#"{"class_weights":[1,-1]}"#, "loss.class_weights[1]"),
        (#"{"class_weights":{"a":"b"}}"#, "loss.class_weights.a"), ("[]", "loss"),
    ]) func refusalsNameTheField(text: String, path: String) {
        let error = #expect(throws: FieldError.self) { try Self.options(text) }
        #expect(error?.path == path)
    }

    @Test func balancedWeightsAreScikitLearns() throws {
        let weights = try ClassWeights.balanced.weights(classes: ["a", "b", "c"], counts: [10, 30, 60])
        #expect(weights == [Float(100.0 / 30), Float(100.0 / 90), Float(100.0 / 180)])
        #expect(try ClassWeights.balanced.weights(classes: ["a", "b"], counts: [0, 4])[0] == 1)
    }

    @Test func weightsMustFitTheClasses() throws {
        #expect(try ClassWeights.named(["b": 3]).weights(classes: ["a", "b"], counts: [1, 1]) == [1, 3])
        let unknown = #expect(throws: FieldError.self) {
            try ClassWeights.named(["z": 3]).weights(classes: ["a"], counts: [1])
        }
        #expect(unknown?.path == "class_weights.z")
        let short = #expect(throws: FieldError.self) {
            try ClassWeights.list([1]).weights(classes: ["a", "b"], counts: [1, 1])
        }
        #expect(short == FieldError(path: "class_weights", expected: "2 weights", found: "1"))
    }

    @Test func lossesThatDoNotFitTheModelAreRefused() {
        #expect(throws: FieldError.self) {
            try LossOptions(kind: .crossEntropy).loss(classes: ["a", "b"], columns: 1, isFromLogits: true)
        }
        #expect(throws: FieldError.self) {
            try LossOptions(classWeights: .balanced).loss(classes: nil, columns: 1, isFromLogits: true)
        }
        #expect(throws: FieldError.self) {
            try LossOptions(kind: .binaryCrossEntropy, classWeights: .balanced).loss(
                classes: ["a", "b", "c"], counts: [1, 1, 1], columns: 3, isFromLogits: true)
        }
    }
}
