import Graphs
import JSON
package import Preprocessing
import Tensors

/// The `preprocessing.json` of a version, checked against its model: what turns a row as a client sends it into a row of
/// the model's input, exactly as training did. A second input, of one number a row, is the steps of the row that are not
/// filling.
package struct RowPreprocessing: Sendable {
    static let fileName = "preprocessing.json"

    /// Largest file that is read: vocabularies are in it. Bytes.
    private static let maximumBytes = 64 << 20

    package let preprocessing: Preprocessing
    /// The free sizes of the model for the rows that are made, such as ["time": 28].
    package let bindings: [String: Int]
    /// Whether the model also takes how many steps of each row are not filling.
    package let takesLengths: Bool

    /// Whether it is for image files alone; rows of numbers are the model's own input.
    let isForFilesOnly: Bool

    /// Numbers of a row after preprocessing.
    package var rowSize: Int { preprocessing.sampleCount }

    /// Reads the file of a version, or takes what its model's configuration states; nil when there is neither.
    /// - Throws: `ServingError.file` or `.invalidValue`, or `.preprocessingShape` when the model takes something else.
    init?(
        in directory: Directory, stated: StatedPreprocessing?, model: any ServableModel
    ) throws(ServingError) {
        if let json = try directory.json(of: Self.fileName, limit: Self.maximumBytes) {
            isForFilesOnly = false
            do {
                preprocessing = try Preprocessing(json: json)
            } catch {
                throw .file(Self.fileName, reason: "\(error)")
            }
        } else if let stated {
            isForFilesOnly = stated.isForFilesOnly
            do throws(FieldError) {
                preprocessing = try stated.preprocessing(sampleShape: model.inputs.first?.sampleDimensions ?? [])
            } catch {
                throw .invalidValue(
                    file: "apus.toml", key: error.path, expected: error.expected, found: error.found)
            }
        } else {
            return nil
        }
        takesLengths = model.inputs.count == 2 && model.inputs[1].sampleDimensions.isEmpty
        bindings = try Self.bindings(of: preprocessing, model, takesLengths: takesLengths)
    }

    /// Sizes of 1 at the end count for nothing: rows [28, 28] fit an input [28, 28, 1].
    private static func bindings(
        of preprocessing: Preprocessing, _ model: any ServableModel, takesLengths: Bool
    ) throws(ServingError) -> [String: Int] {
        let made = Shape(preprocessing.sampleShape)
        guard let input = model.inputs.first, model.inputs.count == (takesLengths ? 2 : 1) else {
            throw .preprocessingShape(expected: "", found: made)
        }
        var sizes = made.dimensions
        let rank = input.sampleDimensions.count
        while sizes.count > rank, sizes.last == 1 { sizes.removeLast() }
        while sizes.count < rank { sizes.append(1) }
        do {
            return try FreeSizes(model.inputs).bindings(sampleShapes: [Shape(sizes)] + (takesLengths ? [[]] : []))
        } catch {
            throw .preprocessingShape(expected: input.sampleText, found: made)
        }
    }
}
