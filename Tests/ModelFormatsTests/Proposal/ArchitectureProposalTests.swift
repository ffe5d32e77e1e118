import Graphs
import JSON
import Tensors
import Testing

@testable import ModelFormats

/// Networks guessed from the tensors of a state_dict.
struct ArchitectureProposalTests {
    private func proposal(_ name: String, _ inputShape: SampleShape? = nil) throws -> ArchitectureProposal {
        try ArchitectureProposal(
            entries: try TorchFile(path: Fixtures.path("torch/\(name).pt")).entries, inputShape: inputShape)
    }

    /// What was guessed, and answers as PyTorch does where the guess is right.
    @Test(arguments: [("perceptron", nil), ("series", [3, 11])] as [(String, SampleShape?)])
    func guessesRight(name: String, inputShape: SampleShape?) throws {
        let architecture = try Architecture(json: try proposal(name, inputShape).json)
        let file = try TorchFile(path: Fixtures.path("torch/\(name).pt"))
        let graph = try architecture.graph(parameters: try architecture.graphConstants(from: file))
        let arrays = try NpzReader.tensors(path: Fixtures.path("torch/\(name).npz"))
        let found = try graph.evaluate([try #require(arrays["x"])])[0]
        let expected = try #require(arrays["y"]).floats
        #expect(zip(found.floats, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func writesDownWhatItAssumes() throws {
        let proposal = try proposal("lstm_seq28")
        #expect(
            proposal.json == [
                "initialization": "pytorch", "input_shape": [nil, 1],
                "layers": [
                    ["type": "LSTM", "name": "lstm", "units": 50], ["type": "Linear", "name": "fc", "units": 10],
                ],
                "assumptions": [
                    "the last hidden state of the LSTM goes on, of each direction",
                    "no activation at the end: the outputs are logits",
                ],
            ])
    }

    private func entries(_ tensors: [(String, [Int])]) -> [TensorEntry] {
        tensors.map { TensorEntry(name: $0.0, encoding: .float32, shape: Shape($0.1)) }
    }

    /// The two convolutions of a network for digits, whose flattened size tells how they are padded and pooled.
    @Test func fitsPaddingAndPooling() throws {
        let entries = entries([
            ("conv1.weight", [32, 1, 3, 3]), ("conv1.bias", [32]), ("conv2.weight", [64, 32, 3, 3]),
            ("conv2.bias", [64]),
            ("fc1.weight", [64, 1600]), ("fc1.bias", [64]), ("fc2.weight", [10, 64]), ("fc2.bias", [10]),
        ])
        let json = try ArchitectureProposal(entries: entries, inputShape: [1, 28, 28]).json
        let types = json["layers"]?.array?.compactMap { $0["type"]?.string }
        #expect(
            types == [
                "Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "ReLU", "Linear",
            ])
        let error = #expect(throws: ModelFormatError.self) { try ArchitectureProposal(entries: entries) }
        #expect(error?.description.contains("--input-shape 1,HEIGHT,WIDTH") == true)
        #expect(throws: ModelFormatError.self) { try ArchitectureProposal(entries: entries, inputShape: [1, 8, 8]) }
    }

    /// Numbers in a Sequential tell where modules without tensors are; files that sort names lose the order.
    @Test func readsTheNumbersOfASequential() throws {
        let shuffled = entries([
            ("classifier.1.weight", [5, 72]), ("features.0.weight", [4, 3, 3, 3]), ("features.1.running_mean", [4]),
            ("features.1.running_var", [4]), ("features.1.weight", [4]), ("features.1.bias", [4]),
            ("features.3.weight", [8, 4, 1, 1]), ("features.3.bias", [8]), ("classifier.1.bias", [5]),
        ])
        let json = try ArchitectureProposal(entries: shuffled, inputShape: [3, 8, 8]).json
        let layers = try #require(json["layers"]?.array)
        #expect(
            layers.compactMap { $0["type"]?.string } == [
                "Conv2d", "BatchNormalization", "ReLU", "Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear",
            ])
        #expect(layers[0]["use_bias"]?.bool == false)
    }

    @Test func refusesWhatIsNoChain() throws {
        for tensors in [
            [("a.weight", [4, 3]), ("b.weight", [5, 6])], [("norm.weight", [4]), ("norm.bias", [4])],
            [("lstm.weight_ih_l0", [8, 3]), ("lstm.weight_hh_l0", [8, 3])], [("logit_scale", [])], [],
            [("a.weight", [4, 3]), ("a.alpha", [1])], [("a.weight_ih_l0", [0, 0]), ("a.weight_hh_l0", [0, 0])],
        ] as [[(String, [Int])]] {
            #expect(throws: ModelFormatError.self) { try ArchitectureProposal(entries: entries(tensors)) }
        }
    }

    private func refusal(_ tensors: [(String, [Int])], _ inputShape: SampleShape? = nil) -> String {
        let error = #expect(throws: ModelFormatError.self) {
            try ArchitectureProposal(entries: entries(tensors), inputShape: inputShape)
        }
        return error?.description ?? ""
    }

    private func convolutions(_ list: [(String, Int, Int)]) -> [(String, [Int])] {
        list.map { ("\($0.0).weight", [$0.2, $0.1, 3, 3]) } + [
            ("fc.weight", [10, list[list.count - 1].2]), ("fc.bias", [10]),
        ]
    }

    /// Networks whose modules would make a chain, but that have shortcuts and branches.
    @Test(
        arguments: [
            (
                [("conv1", 3, 8), ("layer1.0.conv1", 8, 8), ("layer1.0.conv2", 8, 8)],
                "\"layer1.0\" with \"layer1.0.conv1.weight\""
            ),
            (
                [("stem", 3, 8), ("layer1.0.conv1", 8, 16), ("layer1.0.shortcut.0", 8, 16)],
                "layer1.0.shortcut.0.weight"
            ),
            ([("conv1.0", 3, 8), ("res1.0.0", 8, 8), ("res1.1.0", 8, 8)], "res1.0.0.weight"),
            ([("stem", 3, 8), ("body.block1.0", 8, 8), ("body.block1.2", 8, 8)], "body.block1"),
            ([("stem", 3, 8), ("downSample", 8, 8)], "downSample.weight"),
            ([("a", 3, 8), ("upconv", 8, 8)], "upconv.weight"),
            ([("a", 3, 8), ("head.attn.query", 8, 8), ("head.attn.key", 8, 8)], "head.attn.query.weight"),
        ] as [([(String, Int, Int)], String)])
    func refusesShortcutsAndBranches(list: [(String, Int, Int)], named: String) {
        let message = refusal(convolutions(list), [3, 8, 8])
        #expect(message.contains(named))
        #expect(message.contains("torch.onnx.export(") && message.contains("architecture.json"))
    }

    @Test func namesWhatDoesNotFit() {
        let heads = refusal([("body.weight", [8, 3]), ("a.weight", [4, 8]), ("b.weight", [2, 8])])
        #expect(heads.contains("\"a.weight\" (8 → 4) and \"b.weight\" (8 → 2), which take the same"))
        let gap = refusal([("a.weight", [4, 3]), ("b.weight", [5, 6])])
        #expect(gap.contains("\"b.weight\" (6 → 5) after \"a.weight\" (3 → 4)"))
        let codec = refusal([
            ("encoder.weight_ih_l0", [32, 3]), ("encoder.weight_hh_l0", [32, 8]), ("decoder.weight_ih_l0", [32, 8]),
            ("decoder.weight_hh_l0", [32, 8]),
        ])
        #expect(codec.contains("an encoder and a decoder"))
    }

    /// A file whose names are sorted has lost the order; when several would do, none is proposed.
    @Test func proposesNoOrderByChance() throws {
        let message = refusal([
            ("after.weight", [8, 4]), ("before.weight", [4, 8]), ("down.weight", [4, 8]), ("wide.weight", [8, 4]),
            ("end.weight", [2, 4]), ("x.weight", [4, 4]),
        ])
        #expect(message.contains("several possible orders"))
        let layers = (1...12).map { ("fc\($0).weight", [4, 4]) }.sorted { $0.0 < $1.0 }
        let proposal = try ArchitectureProposal(entries: entries(layers))
        let names = proposal.json["layers"]?.array?.compactMap { $0["name"]?.string }
        #expect(names == (1...12).map { "fc\($0)" })
        #expect(proposal.assumptions.contains { $0.hasPrefix("modules that could change places") })
    }

    /// What could have a shortcut although nothing says so is an assumption.
    @Test func saysThatItAssumesNoShortcut() throws {
        let proposal = try ArchitectureProposal(
            entries: entries([("a.weight", [8, 3]), ("b.weight", [8, 8]), ("c.weight", [2, 8])]))
        #expect(proposal.assumptions.first == "no shortcut leads around b")
    }

    /// The order is searched for no longer than it takes to say that there is none.
    @Test func doesNotSearchForEver() {
        let many = entries((0..<200).map { ("m\($0).weight", [7, 7]) } + [("z.weight", [3, 3])])
        #expect(throws: ModelFormatError.self) { try ArchitectureProposal(entries: many) }
    }
}
