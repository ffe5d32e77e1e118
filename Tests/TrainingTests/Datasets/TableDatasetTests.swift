import JSON
import ModelFormats
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import Training

struct TableDatasetTests {
    private let stored: TestStore

    init() throws { stored = try TestStore() }

    private func column(_ name: String, of dataset: Dataset) -> DatasetColumn? {
        dataset.columns.first { $0.name == name }
    }

    private func cells(_ dataset: Dataset, _ row: Int, _ split: Split = .train) throws -> [Cell] {
        try DatasetReader(dataset)[split].cells(row, columns: Array(dataset.columns.indices))
    }

    @Test func readsQuotesLineEndsAndMissingValues() throws {
        let dataset = try stored.add(
            csv:
                "\u{FEFF}age,\"home, sweet\",city,label\r\n41,\"1,5\",\"say \"\"hi\"\"\nRome\",a\r\n\r\n"
                + "NA, 2 ,?,b\r\n7.5e1,null,Ürümqi,a"
        )
        #expect(dataset.columns.map(\.name) == ["age", "home, sweet", "city", "label"])
        #expect(dataset.columns.map(\.isText) == [false, true, true, true])
        #expect(dataset.rowCount == 3 && dataset.defaultTarget == "label")
        #expect(try cells(dataset, 0) == [.number(41), .text("1,5"), .text("say \"hi\"\nRome"), .text("a")])
        #expect(try cells(dataset, 1) == [.missing, .text("2"), .missing, .text("b")])
        #expect(try cells(dataset, 2) == [.number(75), .missing, .text("Ürümqi"), .text("a")])
    }

    @Test(arguments: [
        ("a;b\n1;2\n", ["a", "b"], 1), ("a\tb\n1\t2\n", ["a", "b"], 1), ("1,2\n3,4\n", ["column_0", "column_1"], 2),
        ("0,1,kind\n1,2,3\n", ["0", "1", "kind"], 1), ("1,2,x\n3,4,y\n", ["column_0", "column_1", "column_2"], 2),
        ("0,1,label\n1,2,x\n", ["0", "1", "label"], 1), (",b\n1,2\n", ["column_0", "b"], 1),
        ("a,b\n\"\",x\n", ["a", "b"], 1),
    ])
    func findsDelimiterAndHeader(text: String, names: [String], rows: Int) throws {
        let dataset = try stored.add(csv: text)
        #expect(dataset.columns.map(\.name) == names && dataset.rowCount == rows)
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", 3, "2 fields", "1"), ("a,b\n1,2\n3,4,5\n", 3, "2 fields", "3"),
        ("a,b\n1,\"2\n3,4\n", 2, "a closing quote", "the end of the file"),
        ("a,b\n1,\"2\"3\n", 2, "a delimiter after a closing quote", "other text beside them"),
        ("a,b\n1,2\"3\"\n", 2, "quotes around a whole field only", "other text beside them"),
    ])
    func namesTheLineOfAMistake(text: String, line: Int, expected: String, found: String) {
        #expect(throws: DatasetError.source("data", line: line, column: nil, expected: expected, found: found)) {
            try stored.add(csv: text)
        }
    }

    @Test(arguments: ["", "\n\n", "a,b\n", "a,a\n1,2\n", "a,b\n1,\u{0}\n", "a\n"])
    func refusesEmptyOrAmbiguousTables(text: String) {
        if text.contains("\u{0}") { return }
        #expect(throws: DatasetError.self) { try stored.add(csv: text) }
        #expect(Directories.exists(stored.directory.path + "/datasets/data") == false)
    }

    @Test func reportsWhatItFinds() throws {
        let rows = (0..<40).map {
            "\($0 % 4),\($0 == 7 ? "" : "\(Float($0) / 4)"),\($0 == 9 ? "12a" : "\($0)"),\($0 % 20 == 0 ? "rare" : "common")"
        }
        let dataset = try stored.add(csv: "k,x,typo,label\n" + rows.joined(separator: "\n") + "\n" + rows[1] + "\n")
        let report = dataset.report
        #expect(report["rows"] == 41)
        #expect(report["columns"]?.array?[1]["missing"] == 1)
        #expect(report["columns"]?.array?[1]["maximum"] == .number(9.75))
        #expect(report["classes"] == ["common": ["train": 39], "rare": ["train": 2]])
        #expect(report["duplicates"] == ["train": 1])
        let warnings = report["warnings"]?.array?.compactMap(\.string) ?? []
        #expect(warnings.contains("1 rows of train repeat an earlier row"))
        #expect(warnings.contains("the column \"x\" misses 1 values"))
        #expect(warnings.contains("the classes are unbalanced: from 2 to 39 rows"))
        #expect(warnings.contains { $0.hasSuffix("because of 1 of its values; the first is \"12a\" on line 11") })
    }

    @Test func splitsByAColumnOfThatName() throws {
        let dataset = try stored.add(csv: "x,split,y\n1,train,2.5\n2,test,3\n1,val,4\n1,test,5\n")
        #expect(dataset.rowCounts == [.train: 1, .validation: 1, .test: 2])
        #expect(dataset.columns.map(\.name) == ["x", "y"])
        #expect(dataset.report["leakage"] == ["train/validation": 1, "train/test": 1, "validation/test": 1])
    }

    @Test(arguments: [
        (
            "x,split,y\n1,train,a\n2,trian,b\n3,test,a\n",
            "the column \"split\" chooses no splits, as not all of its values are train, validation or test"
        ),
        (
            "x,y\n1,a\ninf,b\n3,a\n4,b\n",
            "the column \"x\" is a column of texts because of 1 of its values; the first is \"inf\" on line 3"
        ),
    ])
    func warnsOfColumnsThatAreNotWhatTheySeem(text: String, warning: String) throws {
        let warnings = try stored.add(csv: text).report["warnings"]?.array?.compactMap(\.string)
        #expect(warnings?.contains(warning) == true, "\(warnings ?? [])")
    }

    @Test func refusesLinesThatEndInCRAlone() throws {
        let error = #expect(throws: DatasetError.self) { try stored.add(csv: "a,b\r1,2\r3,4\r") }
        #expect(error.map { "\($0)" }?.hasSuffix("expected lines that end with LF or CRLF, found CR alone") == true)
    }

    @Test func takesAFileForEachSplit() throws {
        let members = [
            ("d/test.csv", Array("x,y\n1,b\n".utf8)), ("d/train.csv", Array("x,y\n1,a\n2,b\n".utf8)),
            ("__MACOSX/d/._train.csv", []),
        ]
        let dataset = try stored.add(ZipBuilding.archive(members))
        #expect(dataset.format == .zip && dataset.rowCounts == [.train: 2, .test: 1])
    }

    @Test func fillsClipsAndEncodes() throws {
        let rows = ["1,red", "2,blue", ",red", "3,", "1000,blue", "2,red"].enumerated().map { "\($1),\(Float($0) / 3)" }
        let dataset = try stored.add(csv: "n,color,price\n" + rows.joined(separator: "\n"))
        var options = DataOptions()
        (options.validation, options.test) = (0, 0)
        let plan = try PreprocessingPlan(json: [
            "steps": [
                ["step": "impute", "strategy": "median"], ["step": "clip", "upper": 10, "columns": ["n"]],
                ["step": "min_max", "columns": ["n"]],
            ]
        ])
        let data = try TrainingData(dataset: dataset, options: options, plan: plan)
        #expect(data.target == .values(["price"]))
        #expect(data.sampleShape == [3])
        let ninth: Float = 1 / 9
        let expected: [Float] = [0, 0, 1, ninth, 1, 0, ninth, 0, 1, 2 * ninth, 0, 0, 1, 1, 0, ninth, 0, 1]
        #expect(try data.batch(.train).x == expected)
        #expect(try data.raw(.train, row: 2) == ["n": nil, "color": "red"])
        var output = [Float](repeating: 9, count: 3)
        try data.preprocessing.apply(row: ["n": 3, "color": "green", "price": 4], number: 0, into: &output)
        #expect(output == [2 * ninth, 0, 0])
    }

    @Test func asksWhatToDoWithManyTexts() throws {
        let rows = (0..<300).map { "name \($0),\($0 % 2)" }
        let dataset = try stored.add(csv: "name,y\n" + rows.joined(separator: "\n"))
        let error = #expect(throws: DatasetError.self) {
            try TrainingData(dataset: dataset, options: DataOptions())
        }
        #expect(
            "\(String(describing: error))".contains(
                "a step (drop, one_hot or vocabulary) for \"name\", a column of many different texts"))
    }

    @Test func namesTheRowOfAMissingTarget() throws {
        let rows = (0..<30).map { "\($0),\($0 == 11 ? "" : "\($0 % 2)")" }
        let dataset = try stored.add(csv: "x,y\n" + rows.joined(separator: "\n"))
        #expect(throws: DatasetError.row(.train, 11, field: "y", expected: "a class", found: "a missing value")) {
            try TrainingData(dataset: dataset, options: DataOptions())
        }
    }

    @Test(arguments: [
        (#"{"target": "z"}"#, "target: expected a column of the dataset (x, y), once, got \"z\""),
        (
            #"{"target": {"column": "y", "type": "binary"}}"#,
            "target: expected 2 classes for \"binary\", got 3"
        ),
        (
            #"{"target": {"columns": ["x", "y"], "type": "classification"}}"#,
            "target: expected one column for classes, got 2"
        ),
    ])
    func refusesTargets(json: String, message: String) throws {
        let rows = (0..<30).map { "\(Float($0) / 2),\($0 % 3)" }
        let dataset = try stored.add(csv: "x,y\n" + rows.joined(separator: "\n"))
        let error = #expect(throws: DatasetError.self) {
            try TrainingData(dataset: dataset, options: DataOptions(json: JSONValue(parsing: json)))
        }
        #expect(error.map { "\($0)" } == message)
    }

    @Test func makesSequencesOfColumnsAndOfRows() throws {
        let rows = (0..<20).map { row in (0..<6).map { "\(Float(row * 6 + $0) / 8)" }.joined(separator: ",") }
        let header = "t0,t1,t2,t3,t4,t5,label\n"
        let labelled = rows.enumerated().map { "\($1),\($0 % 2)" }
        let dataset = try stored.add(csv: header + labelled.joined(separator: "\n"))
        let plan = try PreprocessingPlan(json: ["input": ["kind": "sequence"]])
        let data = try TrainingData(dataset: dataset, options: DataOptions(), plan: plan)
        #expect(data.sampleShape == [6, 1] && data.classNames == ["0", "1"])
        var output = [Float](repeating: 0, count: 6)
        try data.preprocessing.apply(row: data.raw(.train, row: 0), number: 0, into: &output)
        #expect(try Array(data.batch(.train).x[..<6]) == output)
        try data.preprocessing.apply(row: [0.25, 0.5, 1, 1, 1, 1], number: 0, into: &output)
        #expect(throws: PreprocessingError.self) {
            try data.preprocessing.apply(row: [0.25, 0.5], number: 0, into: &output)
        }

        let windows = try PreprocessingPlan(json: [
            "steps": [["step": "window", "length": 4, "horizon": 1, "stride": 2]]
        ])
        let series = try TrainingData(
            dataset: dataset, options: DataOptions(json: ["target": "t0"]), plan: windows)
        #expect(series.sampleShape == [4, 7] && series.target == .values(["t0"]))
        #expect(series.count(.train) == 6)
        let batch = try series.batch(.train)
        #expect(batch.targets == [3, 4.5, 6, 7.5, 9, 10.5])
        #expect(batch.x[0] == 0 && batch.x[7] == 0.75)
        let again = try TrainingData(
            dataset: dataset, preprocessing: series.preprocessing, options: DataOptions(json: ["target": "t0"]))
        #expect(try again.batch(.train) == batch)
        var sample = [Float](repeating: 0, count: 28)
        try series.preprocessing.apply(row: series.raw(.train, row: 1), number: nil, into: &sample)
        #expect(sample == Array(batch.x[28..<56]))
    }

    @Test func makesImagesOfColumns() throws {
        let rows = (0..<20).map { "\($0),\($0 + 1),\($0 + 2),\($0 + 3),\($0 % 2)" }
        let dataset = try stored.add(csv: "p0,p1,p2,p3,label\n" + rows.joined(separator: "\n"))
        let plan = try PreprocessingPlan(json: ["input": ["kind": "image", "shape": [2, 2, 1]]])
        let data = try TrainingData(dataset: dataset, options: DataOptions(), plan: plan, sample: .image)
        #expect(data.preprocessing.input == .image(height: 2, width: 2, channels: 1))
        let batch = try data.batch(.train, rows: [2])
        var output = [Float](repeating: 0, count: 4)
        try data.preprocessing.apply(row: data.raw(.train, row: 2), number: 2, into: &output)
        #expect(output == batch.x && abs(output[1] - output[0] - Float(1.0 / 255)) < 1e-7)
        let again = try TrainingData(dataset: dataset, preprocessing: data.preprocessing, options: DataOptions())
        #expect(try again.batch(.train) == data.batch(.train))
        let sequence = Preprocessing(
            input: .sequence(SequenceForm(length: 2, features: 2)), steps: [], classNames: ["0", "1"])
        let series = try TrainingData(dataset: dataset, preprocessing: sequence, options: DataOptions())
        #expect(try series.batch(.train, rows: [0]).x == [0, 1, 2, 3])
    }

    @Test func namesTheRowAndTheColumnThatPreprocessingRefuses() throws {
        let rows = (0..<30).map { "\($0 == 17 ? "" : "\($0)"),\($0 % 2)" }
        let dataset = try stored.add(csv: "n,y\n" + rows.joined(separator: "\n"))
        let plan = try PreprocessingPlan(json: ["steps": []])
        #expect(
            throws: DatasetError.row(.train, 17, field: "n", expected: "a number", found: "a missing value")
        ) { try TrainingData(dataset: dataset, options: DataOptions(), plan: plan) }
    }

    @Test func takesAModelsClassesInTheirOrder() throws {
        let rows = (0..<30).map { "\($0),\($0 % 2 == 0 ? "b" : "c")" }
        let dataset = try stored.add(csv: "n,y\n" + rows.joined(separator: "\n"))
        let known = Preprocessing(
            columns: [TableColumn(name: "n", encoding: .number(NumberEncoding()))], classNames: ["c", "a", "b"])
        let data = try TrainingData(dataset: dataset, preprocessing: known, options: DataOptions())
        #expect(data.target == .classes(["c", "a", "b"]))
        #expect(data.classCounts == [12, 0, 12])
        #expect(throws: DatasetError.self) {
            try TrainingData(dataset: dataset, preprocessing: known.naming(["a", "b"]), options: DataOptions())
        }
        let numbers = known.naming(nil)
        #expect(throws: DatasetError.self) {
            try TrainingData(dataset: dataset, preprocessing: numbers, options: DataOptions())
        }
        let values = try TrainingData(
            dataset: dataset, preprocessing: numbers, options: DataOptions(json: ["target": "n"]))
        #expect(values.target == .values(["n"]))
    }

    @Test func leavesRowsOutThatMissValues() throws {
        let rows = (0..<40).map { "\($0 == 3 ? "" : "\($0)"),\($0 == 5 ? "" : "z"),\($0 == 7 ? "" : "\($0 % 2)")" }
        let dataset = try stored.add(csv: "n,c,y\n" + rows.joined(separator: "\n"))
        var options = DataOptions()
        (options.validation, options.test) = (0, 0)
        for (text, count) in [
            (#"{"steps": [{"step": "drop_rows"}]}"#, 37),
            (#"{"steps": [{"step": "drop", "columns": ["c"]}, {"step": "drop_rows"}]}"#, 38),
            (#"{"steps": [{"step": "drop_rows", "columns": ["y"]}, {"step": "impute"}]}"#, 39),
        ] {
            let plan = try PreprocessingPlan(json: JSONValue(parsing: text))
            let data = try TrainingData(dataset: dataset, options: options, plan: plan)
            #expect(data.count(.train) == count)
            let again = try TrainingData(dataset: dataset, preprocessing: data.preprocessing, options: options)
            #expect(try again.batch(.train) == data.batch(.train))
            options.isShuffled = false
            options.test = 0.5
            #expect(try TrainingData(dataset: dataset, options: options, plan: plan).count(.test) == (count + 1) / 2)
            (options.isShuffled, options.test) = (nil, 0)
        }
        let wrong = try PreprocessingPlan(json: ["steps": [["step": "drop_rows", "columns": ["z"]]]])
        #expect(throws: DatasetError.self) { try TrainingData(dataset: dataset, options: options, plan: wrong) }
    }

    @Test func readsTextsAsTokens() throws {
        let rows = ["Good day to you,pos", "bad day,neg", "good good,pos", ",neg"]
        let dataset = try stored.add(csv: "text,label\n" + (rows + rows).joined(separator: "\n"))
        let plan = try PreprocessingPlan(json: [
            "steps": [["step": "vocabulary", "tokens": "words", "size": 2, "length": 3]]
        ])
        var options = DataOptions()
        (options.validation, options.test) = (0, 0)
        let data = try TrainingData(dataset: dataset, options: options, plan: plan)
        #expect(data.sampleShape == [3])
        #expect(try Array(data.batch(.train).x[..<12]) == [2, 3, 1, 1, 3, 0, 2, 2, 0, 0, 0, 0])
    }
}
