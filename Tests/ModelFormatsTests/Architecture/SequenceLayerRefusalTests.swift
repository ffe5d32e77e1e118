import Graphs
import JSON
import Testing

@testable import ModelFormats

/// What layers of sequences do not take, by the field's name.
struct SequenceLayerRefusalTests {
    private static func layer(_ text: String) -> String { "{\"input_shape\": [5, 3], \"layers\": [\(text)]}" }

    private static let refusals: [(String, String)] = [
        (#"{"type": "LSTM", "units": 2, "time_major": true}"#, "layers[0].time_major: expected false, got true"),
        (
            #"{"type": "GRU", "units": 2, "activation": "softmax"}"#,
            "layers[0].activation: expected one of elu, exponential, hard_sigmoid, hard_sigmoid_keras2, leaky_relu, "
                + "linear, relu, selu, sigmoid, softplus, softsign, tanh, got \"softmax\""
        ),
        (
            #"{"type": "GRU", "units": 2, "bidirectional": true, "go_backwards": true}"#,
            "layers[0].go_backwards: expected false, as bidirectional is true, got true"
        ),
        (
            #"{"type": "RNN", "cell": {"type": "DenseCell", "units": 2}}"#,
            "layers[0].cell.type: expected \"GRUCell\", \"LSTMCell\" or \"SimpleRNNCell\", got \"DenseCell\""
        ),
        (
            #"{"type": "RNN", "cell": {"type": "StackedRNNCells", "cells": []}}"#,
            "layers[0].cell.cells: expected 1 to 64 cells, got 0"
        ),
        (
            #"{"type": "Bidirectional", "layer": {"type": "LSTM", "units": 2}, "backward_layer": {"type": "LSTM", "units": 2}}"#,
            "layers[0].backward_layer.go_backwards: expected not that of the other layer, got false"
        ),
        (
            #"{"type": "Bidirectional", "merge_mode": "sum", "layer": {"type": "LSTM", "units": 2}, "#
                + #""backward_layer": {"type": "LSTM", "units": 3, "go_backwards": true}}"#,
            "layers[0].layer: expected as many units in both directions and no more inputs, got [2, 3] units and 0 inputs "
                + "more"
        ),
        (
            #"{"type": "TimeDistributed", "layer": {"type": "LSTM", "units": 2}}"#,
            "layers[0].layer: expected a sequence [steps, features] as its input, got [3]"
        ),
        (
            #"{"type": "TimeDistributed", "layers": [{"type": "Dense"}]}"#,
            "layers[0].layers[0].units: expected a value, got none"
        ),
        (
            #"{"type": "Permute", "dims": [1, 3]}"#,
            "layers[0].dims: expected each dimension from 1 on once, got an array"
        ),
        (
            #"{"type": "RepeatVector", "n": 4}"#, "layers[0]: expected a vector [features] as its input, got [5, 3]"
        ),
        (
            #"{"type": "LSTM", "units": 2, "name": "a"}, {"type": "Dot", "axes": 4, "inputs": ["a", "a"]}"#,
            "layers[1].axes: expected a dimension of [2] after the batch, got 4"
        ),
        (
            #"{"type": "LSTM", "units": 2, "name": "a"}, {"type": "GRU", "units": 3, "inputs": ["input", "a"]}"#,
            "layers[1].inputs: expected one sequence, or also 1 states of the shapes [[3]], got 2 inputs of the shapes "
                + "[[5, 3], [2]]"
        ),
        (
            #"{"type": "LSTM", "units": 2, "name": "a"}, {"type": "Dense", "units": 1, "inputs": ["a:1"]}"#,
            "layers[1].inputs[0]: expected the name of an input or of a layer before, got \"a:1\""
        ),
        (
            #"{"type": "Flatten", "name": "a"}, {"type": "Maximum", "inputs": ["a", "input"]}"#,
            "layers[1].inputs[1]: expected a shape that stretches with that of the first, [15], got [5, 3]"
        ),
        (
            #"{"type": "Dropout", "rate": 0.5, "noise_shape": [1, null]}"#,
            "layers[0].noise_shape: expected null, or 1 after the batch, for each dimension, got an array"
        ),
    ]

    @Test(arguments: refusals)
    func errorsNameTheField(layers: String, message: String) throws {
        let json = try JSONValue(parsing: Self.layer(layers))
        let error = #expect(throws: FieldError.self) { try Architecture(json: json) }
        #expect(error?.description == message)
    }

    @Test func furtherResultsHaveNamesOfTheirOwn() throws {
        let architecture = try Architecture(
            json: try JSONValue(
                parsing: """
                    {"input_shape": [null, 3], "outputs": ["a", "a:2"], "layers": [
                        {"type": "LSTM", "name": "a", "units": 4, "return_sequences": true, "return_state": true}]}
                    """))
        #expect(architecture.outputShapes == [[nil, 4], [4]])
        let graph = try architecture.graph(parameters: randomParameters(of: architecture))
        #expect(graph.outputs.map { graph[$0].name } == ["a", "a:2"])
    }
}
