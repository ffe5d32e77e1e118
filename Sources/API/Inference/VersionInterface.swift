import Graphs
import Preprocessing
import Serving
import Tensors

/// What a version takes and gives in whole tensors: its inputs before preprocessing.
struct VersionInterface {
    /// One tensor of it.
    struct Description: Equatable {
        let name: String
        let datatype: TensorDatatype
        /// The sizes with the rows first; -1 where a size is free.
        let shape: [Int]
    }

    private let version: ModelVersion

    init(_ version: ModelVersion) { self.version = version }

    /// The inputs a request gives.
    var tensors: [Description] {
        guard let preprocessing = version.preprocessing?.preprocessing else { return Self.descriptions(version.inputs) }
        let name = version.inputs[0].name
        switch preprocessing.input {
        case .table(let columns):
            return columns.map { column in
                Description(name: column.name, datatype: Self.isNumber(column) ? .fp32 : .bytes, shape: [-1, 1])
            }
        case .sequence(let form) where form.padding != nil:
            return [Description(name: name, datatype: .fp32, shape: [-1, -1, form.features])]
        default:
            return [Description(name: name, datatype: .fp32, shape: [-1] + (preprocessing.input.numericShape ?? []))]
        }
    }

    /// The outputs of an answer.
    var outputs: [Description] { Self.descriptions(version.outputs) }

    private static func isNumber(_ column: TableColumn) -> Bool {
        if case .number = column.encoding { true } else { false }
    }

    private static func descriptions(_ signatures: [TensorSignature]) -> [Description] {
        signatures.map { signature in
            Description(
                name: signature.name, datatype: TensorDatatype(signature.dtype),
                shape: [-1] + signature.sampleDimensions.map { $0 ?? -1 })
        }
    }
}
