import JSON
import Testing
import Training

struct TrainingHistoryTests {
    static var history: TrainingHistory {
        var history = TrainingHistory()
        history.append(.init(number: 1, metrics: ["train_loss": 2, "learning_rate": 0.1]))
        history.append(.init(number: 2, metrics: ["train_loss": 0.1 + 0.2, "validation_accuracy": 0.5]))
        return history
    }

    @Test func figuresAreFoundByName() {
        #expect(Self.history.names == ["train_loss", "learning_rate", "validation_accuracy"])
        #expect(Self.history.values(of: "validation_accuracy").map(\.epoch) == [2])
        #expect(Self.history.values(of: "train_loss").map(\.value) == [2, 0.1 + 0.2])
        #expect(Self.history.values(of: "other").isEmpty)
    }

    @Test func readsBack() throws {
        #expect(try TrainingHistory(json: JSONValue(parsing: Self.history.json.bytes)) == Self.history)
        #expect(try TrainingHistory(json: []) == TrainingHistory())
        #expect(Self.history.json.text.hasPrefix(#"[{"epoch":1,"train_loss":2.0,"#))
    }

    @Test(arguments: [
        ("{}", "history"), (#"[{"loss": 1}]"#, "history[0]"), ("[3]", "history[0]"),
        (#"[{"epoch": 1}, {"epoch": 2, "loss": "low"}]"#, "history[1].loss"),
    ]) func refusalsNameThePlace(text: String, path: String) {
        let error = #expect(throws: FieldError.self) { try TrainingHistory(json: JSONValue(parsing: text)) }
        #expect(error?.path == path)
    }
}
