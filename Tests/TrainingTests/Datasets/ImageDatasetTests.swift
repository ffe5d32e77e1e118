import JSON
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import Training

struct ImageDatasetTests {
    private let stored: TestStore

    init() throws { stored = try TestStore() }

    private func image(_ name: String) -> [UInt8] {
        contents(of: Repository.root + "/Tests/PreprocessingTests/Fixtures/" + name)
    }

    private var members: [(name: String, bytes: [UInt8])] {
        var members: [(name: String, bytes: [UInt8])] = [
            ("pictures/.DS_Store", [1]), ("pictures/train/cat/Thumbs.db", [1]), ("pictures/desktop.ini", [1]),
        ]
        for (split, count) in [("train", 6), ("test", 2)] {
            for index in 0..<count {
                members.append(("pictures/\(split)/cat/\(index).png", image("rgb.png")))
                members.append(("pictures/\(split)/dog/\(index).jpg", image("baseline.jpg")))
            }
        }
        return members
    }

    @Test func readsClassesAndSplitsFromFolders() throws {
        let dataset = try stored.add(ZipBuilding.archive(members))
        #expect(dataset.format == .zip && dataset.rowCounts == [.train: 12, .test: 4])
        #expect(dataset.features == .images(height: 28, width: 20, channels: 3))
        #expect(dataset.report["classes"] == ["cat": ["train": 6, "test": 2], "dog": ["train": 6, "test": 2]])
        #expect(dataset.report["leakage"]?["train/test"] == 2)

        let data = try TrainingData(dataset: dataset, options: DataOptions(), sample: .image)
        #expect(data.sampleShape == [28, 20, 3] && data.classNames == ["cat", "dog"])
        let batch = try data.batch(.test)
        #expect(batch.targets == [0, 0, 1, 1])
        let pixels = image("baseline.jpg.raw").map { Float($0) * (1 / 255) }
        #expect(Array(batch.x[(2 * 1680)..<(3 * 1680)]) == pixels)
        #expect(try data.raw(.test, row: 2) == ["b64": .string(Base64.encode(image("baseline.jpg")))])
        let streamed = try TrainingData(
            dataset: dataset, options: DataOptions(), sample: .image, cacheByteCount: 0)
        #expect(try streamed.batch(.test) == batch)
    }

    @Test func resizesAsDeclared() throws {
        let dataset = try stored.add(ZipBuilding.archive(members))
        let plan = try PreprocessingPlan(json: [
            "steps": [
                ["step": "resize", "height": 8, "width": 8], ["step": "grayscale"], ["step": "scale", "factor": 0.01],
                ["step": "standardise"],
            ]
        ])
        let data = try TrainingData(dataset: dataset, options: DataOptions(), plan: plan)
        #expect(data.sampleShape == [8, 8, 1])
        #expect(data.preprocessing.input == .image(height: 8, width: 8, channels: 3))
        let batch = try data.batch(.train)
        let mean = batch.x.reduce(0, +) / Float(batch.x.count)
        #expect(abs(mean) < 1e-4)
        var output = [Float](repeating: 0, count: 64)
        try data.preprocessing.apply(row: data.raw(.train, row: 7), number: 7, into: &output)
        #expect(output == Array(batch.x[(7 * 64)..<(8 * 64)]))
    }

    @Test func readsFolders() throws {
        for (name, bytes) in members { stored.directory.write(bytes, to: "root/set/" + name) }
        stored.directory.link("root/set/pictures/train/link.png", to: "/etc/passwd")
        let dataset = try stored.store.add(name: "folder", path: "set", below: stored.directory.path + "/root")
        #expect(dataset.format == .folder && dataset.rowCounts == [.train: 12, .test: 4])
        #expect(dataset.digest.count == 64 && dataset.byteCount > 0)
    }

    @Test(arguments: [
        (["a.png"], "folders of files by class"),
        (["a/x.gif"], "files named .png, .jpg or .jpeg (or one CSV or JSON lines a split)"),
        (["a/../../x.png"], "names below the archive"), (["/a/x.png"], "names below the archive"),
        (["a/"], "files"),
    ])
    func refusesOtherArchives(names: [String], expected: String) throws {
        let archive = ZipBuilding.archive(names.map { ($0, image("grey.png")) })
        let error = #expect(throws: DatasetError.self) { try stored.add(archive) }
        #expect(error.map { "\($0)" }?.contains("expected \(expected)") ?? false)
    }

    @Test func namesTheFileThatIsNoImage() throws {
        let broken = Array(image("rgb.png").dropLast(20))
        let archive = ZipBuilding.archive([("a/good.png", image("rgb.png")), ("b/bad.png", broken)])
        let error = #expect(throws: DatasetError.self) { try stored.add(archive) }
        #expect(error.map { "\($0)" }?.hasPrefix("b/bad.png: expected a PNG or JPEG, found ") == true)
    }
}
