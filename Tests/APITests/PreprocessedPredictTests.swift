import JSON
import ModelFormats
import Serving
import Tensors
import TestSupport
import Testing

/// A version that preprocesses takes rows as the data set had them.
@Suite(.serialized) struct PreprocessedPredictTests {
    private let directory = TemporaryDirectory()

    /// A model that answers what it is given, behind `preprocessing`.
    private func serve(_ shape: [Int?], _ preprocessing: String, card: String? = nil) throws -> RunningAPI {
        directory.write(try TinyModel.bytes(shape: shape), to: "m/1/model.onnx")
        directory.write(preprocessing, to: "m/1/preprocessing.json")
        if let card { directory.write(card, to: "m/1/card.json") }
        return try RunningAPI(models: directory.path)
    }

    private func rows(_ api: RunningAPI, _ instances: String) throws -> [[Float]]? {
        Predictions(try api.client().post("/v1/models/m/predict", "{\"instances\": \(instances)}"))?.rows
    }

    private func problem(_ api: RunningAPI, _ instances: String) throws -> String? {
        let response = try #require(api.client().post("/v1/models/m/predict", "{\"instances\": \(instances)}"))
        #expect(response.status == 400)
        return Problem(response)?.detail
    }

    private static let table = """
        {"version": 1, "classes": ["a", "b", "c", "d"], "ignored_columns": ["id"], "input": {"kind": "table", "columns": [
            {"name": "age", "encoding": "number", "center": 40, "factor": 0.5},
            {"name": "height", "encoding": "number", "fill": 170},
            {"name": "city", "encoding": "one_hot", "categories": ["Rome", "Oslo"]}]}}
        """

    @Test func tablesTakeObjectsAndLists() throws {
        let api = try serve([4], Self.table)
        let found = try rows(
            api,
            """
            [{"age": 42, "height": 180.5, "city": "Oslo"}, {"city": "Paris", "age": 40, "height": null, "id": 7},
             [44, 150, "Rome"], {"age": 38}]
            """)
        #expect(found == [[1, 180.5, 0, 1], [0, 170, 0, 0], [2, 150, 1, 0], [-1, 170, 0, 0]])
        let classes = try api.client().post("/v1/models/m/predict", #"{"instances": [[42, 0.5, "Oslo"]]}"#)
        #expect(Predictions(classes)?.classes == ["a"])
    }

    @Test(arguments: [
        (#"[{"age": 1}, {"age": "old"}]"#, "instances[1].age: expected a number, got \"old\""),
        (#"[{"height": 3}]"#, "instances[0].age: expected a number, got a missing value"),
        (
            #"[{"age": 3, "nose": 1}]"#,
            "instances[0].nose: expected one of the columns age, height, city, got an unknown one"
        ),
        (#"[{"age": 3, "age": 4}]"#, "instances[0].age: expected one member of that name, got two"),
        (#"[[1, 2]]"#, "instances[0]: expected 3 values (age, height, city), got 2"),
        (
            #"[[1, 2, "Rome"], 7]"#,
            "instances[1]: expected an object with the members age, height, city, or a list, got 7"
        ),
        (#"[{"age": [1]}]"#, "instances[0].age: expected a number, a text or null, got an array"),
        (#"[{"age": 1e99}]"#, "instances[0].age: expected a number that fits float32, got 1e+99"),
        (#"[{"age": NaN}]"#, "instances[0]: byte 23: 'NaN' is not a JSON value"),
        ("[]", "instances: expected a non-empty list, got an empty list"),
        ("{}", "instances: expected a non-empty list, got an object"),
    ])
    func whatIsWrongWithARowIsNamed(instances: String, reason: String) throws {
        #expect(try problem(serve([4], Self.table), instances) == reason)
    }

    @Test func numbersMayBeNestedFlatOrWithoutTrailingOnes() throws {
        let api = try serve(
            [2, 2, 1],
            """
            {"version": 1, "input": {"kind": "image", "height": 2, "width": 2, "channels": 1},
             "steps": [{"step": "scale", "factor": 0.5}]}
            """)
        for row in ["[[[2], [4]], [[6], [8]]]", "[[2, 4], [6, 8]]", "[2, 4, 6, 8]"] {
            let response = try #require(api.client().post("/v1/models/m/predict", "{\"instances\": [\(row), \(row)]}"))
            #expect(
                response.text.hasPrefix(
                    #"{"predictions":[[[[1.0],[2.0]],[[3.0],[4.0]]],[[[1.0],[2.0]],[[3.0],[4.0]]]]"#))
        }
        #expect(try problem(api, "[[[2, 4], [6]]]") == "instances[0][1]: expected 2 numbers, got 1")
        #expect(try problem(api, "[[2, 4, 6, \"x\"]]") == "instances[0][3]: expected a number, got the string \"x\"")
        #expect(
            try problem(api, "[{\"b64\": \"AAAA\"}]")?.hasPrefix("instances[0]: expected a PNG or JPEG file") == true)
    }

    @Test func missingNumbersAreFilledIn() throws {
        let api = try serve(
            [3],
            """
            {"version": 1, "input": {"kind": "tensor", "shape": [3]},
             "steps": [{"step": "impute", "values": [7, 8, 9]}, {"step": "normalise", "center": [1], "factor": [2]}]}
            """)
        #expect(try rows(api, "[[1, 2, 3], [null, 2, null]]") == [[0, 2, 4], [12, 2, 16]])
        #expect(
            try problem(api, "[[1, 2, 3], [1, null, \"x\"]]")
                == "instances[1][2]: expected a number that fits float32, got \"x\"")
    }

    @Test func sequencesOfAnyLengthAreFilledUp() throws {
        let api = try serve(
            [nil, 1],
            """
            {"version": 1, "input": {"kind": "sequence", "length": 3, "features": 1,
             "padding": {"side": "start", "value": -1}}, "steps": [{"step": "scale", "factor": 10}]}
            """)
        let response = try api.client().post("/v1/models/m/predict", #"{"instances": [[1, 2], [[1], [2], [3], [4]]]}"#)
        #expect(response?.text.hasPrefix(#"{"predictions":[[[-1.0],[10.0],[20.0]],[[20.0],[30.0],[40.0]]]"#) == true)
        #expect(try problem(api, "[[]]") == "instances[0]: expected 1 to 3 steps, got 0")
    }

    /// The filling of a sequence changes nothing when the model is told how long the sequence is.
    @Test func lengthsReachTheModel() throws {
        let architecture = try Architecture(
            json: [
                "input_shape": [4, 1], "lengths": true,
                "layers": [["type": "LSTM", "units": 2], ["type": "Dense", "units": 1]],
            ])
        var parameters: [String: Tensor] = [:]
        var random = RandomSource(seed: 3)
        for spec in architecture.parameters {
            parameters[spec.name] = Tensor(
                random.uniform(count: spec.shape.elementCount, in: -1..<1), shape: spec.shape)
        }
        for (name, filling) in [("zeros", 0), ("nines", 9)] {
            var bundle = try VersionBundle(.native(architecture), parameters: parameters)
            bundle.add(
                BundleFile.preprocessing,
                [
                    "version": 1,
                    "input": [
                        "kind": "sequence", "length": 4, "features": 1,
                        "padding": ["side": "end", "value": .integer(filling)],
                    ],
                ])
            directory.makeDirectory(name)
            try bundle.write(to: "\(directory.path)/\(name)/1")
        }
        let api = try RunningAPI(models: directory.path)
        let client = try api.client()
        for body in ["[[1, 2]]", "[[1, 2, 3, 4], [5]]", "[[0, 1, 2, 3, 4]]"] {
            let answers = ["zeros", "nines"].map {
                Predictions(client.post("/v1/models/\($0)/predict", "{\"instances\": \(body)}"))?.rows
            }
            #expect(answers[0] != nil && answers[0] == answers[1])
        }
        withExtendedLifetime(api) {}
    }

    @Test func theStatusSaysWhatARowIs() throws {
        let api = try serve([4], Self.table)
        let status = try #require(api.client().get("/v1/models/m/status")).text
        #expect(status.contains(#""class_names":["a","b","c","d"]"#))
        #expect(
            status.contains(
                """
                "instances":{"kind":"table","form":"an object by column name, or a list in the order of the columns",\
                "columns":[{"name":"age","type":"number","required":true},\
                {"name":"height","type":"number","required":false},\
                {"name":"city","type":"category","required":false,"categories":["Rome","Oslo"],"category_count":2}]}
                """))
    }

    @Test func whatIsMadeIsBoundedBeforeItIsMade() throws {
        let words = (0..<5000).map { "\"\($0)\"" }.joined(separator: ",")
        let api = try serve(
            [5000],
            """
            {"version": 1, "input": {"kind": "table", "columns": [
             {"name": "word", "encoding": "one_hot", "categories": [\(words)]}]}}
            """)
        let body = "{\"instances\": [" + [String](repeating: "[1]", count: 7000).joined(separator: ",") + "]}"
        let response = try #require(api.client().post("/v1/models/m/predict", body))
        #expect(response.status == 413)
        #expect(Problem(response)?.detail == "instances: expected at most 6710 rows, got more")
    }

    /// The CNN behind preprocessing answers to 0...255 what it answers to 0...1 without.
    @Test func digitsAsTheDataSetHasThem() throws {
        for file in ["model.onnx", "golden.safetensors"] {
            directory.write(contents(of: Repository.model("digits-cnn") + "/1/" + file), to: "m/1/\(file)")
        }
        directory.write(
            """
            {"version": 1, "input": {"kind": "image", "height": 28, "width": 28, "channels": 1},
             "steps": [{"step": "scale", "factor": 0.00392156862745098}]}
            """, to: "m/1/preprocessing.json")
        let digits = try Digits(.cnn)
        let api = try RunningAPI(models: directory.path)
        #expect(try api.repository.version(of: "m").load.goldenRows > 0)
        let client = try api.client()
        for digit in stride(from: 0, to: 1000, by: 50) {
            let found = try #require(
                Predictions(client.post("/v1/models/m/predict", "{\"instances\": [\(digits.pixels(digit))]}")))
            for (value, expected) in zip(found.rows[0], digits.reference[digit]) {
                #expect((value - expected).magnitude < 1e-4)
            }
        }
    }
}
