import JSON
import TestSupport
import Testing
import Training

/// `docs/train-request.md` says what the code does.
struct TrainRequestDocumentTests {
    static let document = text(of: Repository.root + "/docs/train-request.md")

    /// Blocks of four spaces' indentation.
    static let examples: [String] = document.split(separator: "\n\n").filter { $0.hasPrefix("    {") }.map(String.init)

    @Test func everyExampleIsARequest() throws {
        #expect(Self.examples.count == 2)
        for example in Self.examples { _ = try TrainingRequest(json: JSONValue(parsing: example)) }
    }

    @Test func everyMemberIsDescribed() throws {
        let request = try TrainingRequest(json: JSONValue(parsing: TrainingRequestTests.full))
        // `data` holds what stands in the request as `target` and `splits`.
        for name in (request.json.members ?? []).map(\.name) where name != "data" {
            let isDescribed = ["| `\(name)`", ", `\(name)`", "or `\(name)`"].contains { Self.document.contains($0) }
            #expect(isDescribed, "\(name)")
        }
        for name in Loss.Kind.allCases.map(\.rawValue) + OptimizerRule.Name.allCases.map(\.rawValue) {
            #expect(Self.document.contains("`\(name)`"))
        }
    }

    /// A table's row of an optimizer, with the defaults that the code fills in.
    @Test(arguments: OptimizerRule.Name.allCases) func defaultsOfOptimizersAreTheWrittenOnes(
        name: OptimizerRule.Name
    ) throws {
        let members = try #require(OptimizerOptions(json: .string(name.rawValue)).json.members)
        let line = try #require(Self.document.split(separator: "\n").first { $0.hasPrefix("| `\(name)` | ") })
        for member in members where !["name", "formula", "weight_decay", "decay"].contains(member.name) {
            let value = member.value.text.hasSuffix(".0") ? String(member.value.text.dropLast(2)) : member.value.text
            let plain = value.replacing("e-08", with: "e-8")
            let known =
                name == .adamw || line.contains("`\(member.name)` \(plain)")
                || line.contains("`\(member.name)`) \(plain)")
            #expect(known, "\(member.name) \(plain)")
        }
    }
}
