import JSON
import ModelFormats
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import Training

struct ArrayDatasetTests {
    private let stored: TestStore

    init() throws { stored = try TestStore() }

    /// `count` images [4, 3] of bytes and their classes 0, 1, 2 in turn.
    private func digits(_ count: Int, _ ending: String = "") -> [(name: String, tensor: Tensor)] {
        let pixels = (0..<(count * 12)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ ending.utf8.count) }
        let labels = (0..<count).map { UInt8($0 % 3) }
        return [
            ("x" + ending, Tensor(copying: pixels, dtype: .uint8, shape: [count, 4, 3])),
            ("y" + ending, Tensor(copying: labels, dtype: .uint8, shape: [count])),
        ]
    }

    @Test func storesImagesAsSentAndScalesThem() throws {
        let dataset = try stored.add(ZipBuilding.arrays(digits(30) + digits(9, "_test")), .npz)
        #expect(dataset.rowCounts == [.train: 30, .test: 9])
        #expect(dataset.features == .tensor(shape: [4, 3], storage: .uint8, isPixels: true))
        #expect(contents(of: dataset.directory + "/train/features.bin").count == 30 * 12)
        #expect(try stored.store.dataset(named: "data") == dataset)

        let data = try TrainingData(dataset: dataset, options: DataOptions(), sample: .image)
        #expect(data.sampleShape == [4, 3, 1])
        #expect(data.target == .classes(["0", "1", "2"]))
        #expect(data.classCounts == [10, 10, 10])
        #expect(data.count(.train) == 30 && data.count(.validation) == 0 && data.count(.test) == 9)
        #expect(data.preprocessing.input == .image(height: 4, width: 3, channels: 1))
        let batch = try data.batch(.train, rows: [1, 0])
        #expect(batch.x[0] == Float(84) * Float(1.0 / 255) && batch.x[12] == 0)
        #expect(batch.targets == [1, 0])
        #expect(batch.lengths == [1, 1])
    }

    @Test func storesTheDigits() throws {
        let digits = try SafeTensors(path: Repository.fixture("digits.safetensors")).tensors
        let images = try #require(digits["images"])
        let labels = try #require(digits["labels"])
        let dataset = try stored.add(ZipBuilding.arrays([("x", images), ("y", labels)]))
        #expect(dataset.format == .npz && dataset.rowCounts == [.train: 1000])
        #expect(dataset.report["duplicates"] == ["train": 0])
        let data = try TrainingData(dataset: dataset, options: DataOptions(), sample: .image)
        #expect(data.classNames == (0...9).map(String.init))
        #expect(data.count(.train) == 800 && data.count(.validation) == 100 && data.count(.test) == 100)
        let batch = try data.batch(.train)
        #expect(batch.x.allSatisfy { (0...1).contains($0) } && batch.x.contains(1))
        var counts = [Int](repeating: 0, count: 10)
        for target in batch.targets { counts[Int(target)] += 1 }
        #expect(counts == data.classCounts)
    }

    @Test func servesWhatItTrains() throws {
        let dataset = try stored.add(ZipBuilding.arrays(digits(30)), .npz)
        let data = try TrainingData(dataset: dataset, options: DataOptions(), sample: .image)
        let batch = try data.batch(.train)
        let stored = try Preprocessing(json: JSONValue(parsing: data.preprocessing.json.bytes))
        #expect(stored == data.preprocessing)
        for row in 0..<data.count(.train) {
            var output = [Float](repeating: 0, count: 12)
            try stored.apply(row: data.raw(.train, row: row), number: row, into: &output)
            #expect(output == Array(batch.x[(row * 12)..<((row + 1) * 12)]))
        }
    }

    @Test func readsFromDiskWhatDoesNotFitMemory() throws {
        let dataset = try stored.add(ZipBuilding.arrays(digits(30)), .npz)
        let cached = try TrainingData(dataset: dataset, options: DataOptions())
        let streamed = try TrainingData(dataset: dataset, options: DataOptions(), cacheByteCount: 0)
        for split in Split.allCases { #expect(try cached.batch(split) == streamed.batch(split)) }
    }

    @Test func holdsOutATenthOfEachClass() throws {
        let dataset = try stored.add(ZipBuilding.arrays(digits(60)), .npz)
        let data = try TrainingData(dataset: dataset, options: DataOptions())
        #expect(data.count(.train) == 48 && data.count(.validation) == 6 && data.count(.test) == 6)
        #expect(data.classCounts == [16, 16, 16])
        for split in [Split.validation, .test] {
            #expect(try data.batch(split).targets.sorted() == [0, 0, 1, 1, 2, 2])
        }
        let again = try TrainingData(dataset: dataset, options: DataOptions())
        #expect(try data.batch(.test) == again.batch(.test))
        var options = DataOptions()
        options.seed = 1
        #expect(try TrainingData(dataset: dataset, options: options).batch(.test) != data.batch(.test))
    }

    @Test func keepsTrainingRowsTogetherWhenThereAreTestRows() throws {
        let dataset = try stored.add(ZipBuilding.arrays(digits(30) + digits(9, "_test")), .npz)
        var options = DataOptions()
        options.needsValidation = true
        let data = try TrainingData(dataset: dataset, options: options)
        #expect(data.count(.train) == 27 && data.count(.validation) == 3 && data.count(.test) == 9)
    }

    @Test func makesSequencesOfPlainNumbers() throws {
        let x = Tensor((0..<40).map { Float($0) / 10 }, shape: [10, 4])
        let y = Tensor((0..<10).map { $0 % 2 }, shape: [10])
        let dataset = try stored.add(ZipBuilding.arrays([("x", x), ("y", y)]), .npz)
        let data = try TrainingData(dataset: dataset, options: DataOptions(), sample: .sequence)
        #expect(data.sampleShape == [4, 1])
        #expect(data.preprocessing.steps?.steps == [])
        #expect(try TrainingData(dataset: dataset, options: DataOptions()).sampleShape == [4])
    }

    @Test func learnsNumbersOfSeveralColumns() throws {
        let x = Tensor((0..<20).map { Float($0) }, shape: [10, 2])
        let y = Tensor((0..<20).map { Float($0) / 3 }, shape: [10, 2])
        let dataset = try stored.add(ZipBuilding.arrays([("x", x), ("y", y)]), .npz)
        let data = try TrainingData(dataset: dataset, options: DataOptions())
        #expect(data.target == .values(["y_0", "y_1"]) && data.targetWidth == 2)
        #expect(data.classNames == nil && data.classCounts == nil)
    }

    @Test func readsOneHotTargetsAsClasses() throws {
        let x = Tensor((0..<20).map { Float($0) }, shape: [10, 2])
        let y = Tensor((0..<10).flatMap { $0 % 2 == 0 ? [Float(1), 0] : [0, 1] }, shape: [10, 2])
        let dataset = try stored.add(ZipBuilding.arrays([("x", x), ("y", y)]), .npz)
        var options = DataOptions()
        (options.validation, options.test) = (0, 0)
        let data = try TrainingData(dataset: dataset, options: options)
        #expect(data.target == .classes(["y_0", "y_1"]))
        #expect(try data.batch(.train).targets == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    }

    @Test func namesTheRowThatHasNoNumber() throws {
        var numbers = (0..<20).map { Float($0) }
        numbers[7] = .nan
        let arrays = [
            ("x", Tensor(numbers, shape: [10, 2])), ("y", Tensor((0..<10).map { $0 % 2 }, shape: [10])),
        ]
        let dataset = try stored.add(ZipBuilding.arrays(arrays), .npz)
        #expect(
            throws: DatasetError.row(
                .train, 3, field: "[1]", expected: "a finite number (there is no impute step)", found: "nan")
        ) { try TrainingData(dataset: dataset, options: DataOptions()) }
        let plan = try PreprocessingPlan(json: ["steps": [["step": "impute", "strategy": "mean"]]])
        let data = try TrainingData(dataset: dataset, options: DataOptions(), plan: plan)
        #expect(data.count(.train) == 8)
    }

    @Test func readsArraysFromAFolderPieceByPiece() throws {
        for (name, tensor) in digits(30) + digits(9, "_test") {
            stored.directory.write(NpyWriter.bytes(of: tensor), to: "root/digits/\(name).npy")
        }
        let folder = try stored.store.add(name: "folder", path: "digits", below: stored.directory.path + "/root")
        let archive = try stored.add(ZipBuilding.arrays(digits(30) + digits(9, "_test")), .npz)
        #expect(folder.features == archive.features && folder.report == archive.report)
        for file in ["train/features.bin", "train/cells.bin", "test/features.bin"] {
            #expect(contents(of: "\(folder.directory)/\(file)") == contents(of: "\(archive.directory)/\(file)"))
        }
    }

    @Test(arguments: [
        (["y"], "an array \"x\""), (["x", "z"], "arrays named x, y, x_validation, y_validation, x_test, y_test"),
        (["x", "y", "x_test"], "a y for each x, or none"),
    ])
    func refusesOtherArrays(names: [String], expected: String) throws {
        let tensor = Tensor([1, 2, 3], shape: [3])
        let error = #expect(throws: DatasetError.self) {
            try stored.add(ZipBuilding.arrays(names.map { ($0, tensor) }), .npz)
        }
        guard case .source(_, nil, nil, expected, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
    }
}
