import ModelFormats
import Tensors
import TestSupport

/// The 1,000 test digits, as bodies for either model, and what onnxruntime answers.
struct Digits {
    enum Model: String, CaseIterable {
        case cnn = "digits-cnn"
        case lstm = "digits-lstm"

        /// The share of the 1,000 that the reference gets right.
        var accuracy: Double { self == .cnn ? 0.963 : 0.805 }
    }

    let model: Model
    /// One JSON instance for each digit.
    let instances: [String]
    /// [1000][10]
    let reference: [[Float]]
    let labels: [Int]

    init(_ model: Model) throws {
        let file = try SafeTensors(path: Repository.fixture("digits.safetensors"))
        func tensor(_ name: String) throws -> [Float] {
            guard let tensor = file.tensors[name] else { throw MissingTensor(name: name) }
            return tensor.convertedToFloat32().floats
        }
        self.model = model
        labels = try tensor("labels").map { Int($0) }
        let scores = try tensor("reference." + model.rawValue)
        reference = (0..<labels.count).map { Array(scores[($0 * 10)..<(($0 + 1) * 10)]) }
        switch model {
        case .lstm:
            let rows = try tensor("seq28")
            instances = (0..<labels.count).map { "[" + Self.list(rows[($0 * 28)..<(($0 + 1) * 28)]) + "]" }
        case .cnn:
            let pixels = try tensor("images").map { $0 / 255 }
            instances = (0..<labels.count).map { digit in
                let rows = (0..<28).map { row in
                    let start = digit * 784 + row * 28
                    return "[" + Self.list(pixels[start..<(start + 28)]) + "]"
                }
                return "[" + rows.joined(separator: ",") + "]"
            }
        }
    }

    /// One digit as 28 lists of 28 integers in 0...255, as the data set has it.
    func pixels(_ digit: Int) throws -> String {
        let file = try SafeTensors(path: Repository.fixture("digits.safetensors"))
        guard let images = file.tensors["images"]?.convertedToFloat32().floats else {
            throw MissingTensor(name: "images")
        }
        let rows = (0..<28).map { row in
            let start = digit * 784 + row * 28
            return "[" + images[start..<(start + 28)].map { "\(Int($0))" }.joined(separator: ",") + "]"
        }
        return "[" + rows.joined(separator: ",") + "]"
    }

    /// The body of a request for some of the digits.
    func body(_ digits: Range<Int>) -> String {
        "{\"instances\": [" + instances[digits].joined(separator: ",") + "]}"
    }

    var path: String { "/v1/models/\(model.rawValue)/predict" }

    private static func list(_ numbers: ArraySlice<Float>) -> String {
        numbers.map { $0 == 0 ? "0" : "\($0)" }.joined(separator: ",")
    }

    private struct MissingTensor: Error {
        let name: String
    }
}
