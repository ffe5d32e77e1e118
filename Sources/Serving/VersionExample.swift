package import JSON
import ModelFormats
package import Tensors

/// Something that a version takes, for people who want to see what that looks like.
package enum VersionExample: Sendable {
    /// What the version must reproduce, the first row of it: [1, …] each, in the model's order.
    case golden(inputs: [Tensor], outputs: [Tensor])
    /// The body of a predict request, from an `example.json` beside the version or in its directory.
    case request(JSONValue)

    /// Largest file that is read. Bytes.
    private static let maximumBytes = 1 << 18

    /// - Parameters:
    ///   - version: The directory of the version.
    ///   - model: The directory of its model.
    ///   - takesGolden: Whether rows of requests are the model's own inputs, as golden rows are.
    /// - Returns: nil when there is none that can be read.
    static func read(in version: Directory, _ model: Directory, takesGolden: Bool) -> VersionExample? {
        if takesGolden, let golden = golden(in: version) { return golden }
        for directory in [version, model] {
            if let request = try? directory.json(of: BundleFile.example, limit: maximumBytes) {
                return .request(request)
            }
        }
        return nil
    }

    private static func golden(in directory: Directory) -> VersionExample? {
        guard directory.hasFile(GoldenCheck.fileName), let path = try? directory.resolved(GoldenCheck.fileName),
            let tensors = try? SafeTensors(path: path).tensors
        else { return nil }
        func firstRows(_ kind: String) -> [Tensor] {
            (0..<tensors.count).prefix { tensors["\(kind).\($0)"] != nil }.compactMap { index in
                tensors["\(kind).\(index)"].map { firstRow($0.convertedToFloat32()) }
            }
        }
        return .golden(inputs: firstRows("input"), outputs: firstRows("output"))
    }

    private static func firstRow(_ tensor: Tensor) -> Tensor {
        let sample = tensor.shape.dimensions.dropFirst()
        return Tensor(Array(tensor.floats.prefix(sample.reduce(1, *))), shape: Shape([1] + sample))
    }
}

extension ModelRepository {
    /// An example of what a version takes. Reads files; not for an event loop.
    /// - Returns: nil without one, and when there is no such version.
    package func example(of version: ModelVersion) -> VersionExample? {
        guard let root = try? Directory(root: configuration.directory), root.hasDirectory(version.modelName),
            let model = try? FoundModel(name: version.modelName, in: root),
            let found = model.versions.first(where: { $0.number == version.number })
        else { return nil }
        return VersionExample.read(in: found.directory, model.directory, takesGolden: version.preprocessing == nil)
    }
}
