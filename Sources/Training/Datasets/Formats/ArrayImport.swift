import ModelFormats
import Preprocessing
import Tensors

/// Stores the arrays of an `.npz`: `x` [rows, …] and `y` [rows] or [rows, …], and optionally the same for
/// `x_validation`, `y_validation`, `x_test`, `y_test`.
struct ArrayImport {
    private let arrays: [(split: Split, x: ArrayRows, y: ArrayRows?)]

    /// Finds the arrays by name.
    init(_ arrays: [String: ArrayRows]) throws(DatasetError) {
        var found: [(split: Split, x: ArrayRows, y: ArrayRows?)] = []
        var known: Set<String> = []
        for (split, ending) in [(Split.train, ""), (.validation, "_validation"), (.test, "_test")] {
            // Keras's own archives say x_train.
            let names =
                split == .train && arrays["x_train"] != nil ? ["x_train", "y_train"] : ["x" + ending, "y" + ending]
            known.formUnion(names)
            guard let x = arrays[names[0]] else {
                guard split != .train, arrays[names[1]] == nil else {
                    throw Self.error("the npz archive", "an array \"\(names[0])\"", Self.list(arrays.keys.sorted()))
                }
                continue
            }
            found.append((split, x, arrays[names[1]]))
        }
        if let other = arrays.keys.sorted().first(where: { !known.contains($0) }) {
            throw Self.error(
                "the npz archive", "arrays named x, y, x_validation, y_validation, x_test, y_test", other.quoted)
        }
        self.arrays = found
        try check()
    }

    /// One array [rows, columns] as a table without names.
    static func table(_ array: ArrayRows, into directory: String) throws(DatasetError) -> DatasetWriter {
        guard array.shape.rank == 2, (1...DatasetWriter.maximumColumns).contains(array.shape[1]) else {
            throw error(
                "the npy array", "a table [rows, columns]; send other arrays as an npz with x and y",
                "shape \(array.shape)")
        }
        let width = array.shape[1]
        let writer = try DatasetWriter(
            directory: directory, features: nil, columns: (0..<width).map { ("column_\($0)", false) })
        for row in 0..<array.shape[0] {
            try writer.add(DatasetRow(features: nil, cells: array.cells(row)), to: .train)
        }
        return writer
    }

    /// Writes the rows.
    func write(into directory: String) throws(DatasetError) -> DatasetWriter {
        let first = arrays[0]
        let shape = Array(first.x.shape.dimensions.dropFirst())
        let isByte = arrays.allSatisfy { $0.x.dtype == .uint8 || $0.x.dtype == .bool }
        let features = DatasetFeatures.tensor(
            shape: shape.isEmpty ? [1] : shape, storage: isByte ? .uint8 : .float32, isPixels: try isPixels(shape))
        let width = first.y.map { $0.shape.dimensions.dropFirst().reduce(1, *) } ?? 0
        let columns = (0..<width).map { (name: width == 1 ? "y" : "y_\($0)", isText: false) }
        let writer = try DatasetWriter(directory: directory, features: features, columns: columns)
        for (split, x, y) in arrays {
            for row in 0..<x.shape[0] {
                let source: DatasetRow.Features = isByte ? .bytes(try x.bytes(row)) : .numbers(try x.numbers(row))
                try writer.add(DatasetRow(features: source, cells: y?.cells(row) ?? []), to: split)
            }
        }
        return writer
    }

    /// Whether all are whole numbers 0...255 in the shape of images.
    private func isPixels(_ shape: [Int]) throws(DatasetError) -> Bool {
        guard shape.count == 2 || shape.count == 3 && shape[2] <= 4 else { return false }
        for (_, x, _) in arrays where x.dtype != .uint8 {
            guard x.dtype.isInteger else { return false }
            for row in 0..<x.shape[0] where try x.numbers(row).contains(where: { !(0...255).contains($0) }) {
                return false
            }
        }
        return true
    }

    private func check() throws(DatasetError) {
        let (first, ending) = (arrays[0], arrays[0].x.shape.dimensions.dropFirst())
        guard first.x.shape.rank > 0, ending.count < 8, ending.allSatisfy({ $0 > 0 }),
            ending.reduce(1, *) <= Preprocessing.maximumElementCount
        else {
            throw Self.error(
                "the array x", "[rows, …] with at most \(Preprocessing.maximumElementCount) numbers a row",
                "shape \(first.x.shape)")
        }
        for (split, x, y) in arrays {
            let name = split == .train ? "" : "_\(split.rawValue)"
            guard x.shape.rank > 0, x.shape.dimensions.dropFirst() == ending, x.shape[0] > 0 else {
                throw Self.error(
                    "the array x\(name)", "rows, each of shape \(Array(ending))", "an array of shape \(x.shape)")
            }
            guard (y == nil) == (first.y == nil) else {
                throw Self.error("the npz archive", "a y for each x, or none", "an x\(name) without a y like it")
            }
            guard let y else { continue }
            guard (1...8).contains(y.shape.rank), y.shape[0] == x.shape[0],
                y.shape.dimensions.dropFirst() == (first.y?.shape.dimensions.dropFirst() ?? []),
                (1...DatasetWriter.maximumColumns).contains(y.shape.dimensions.dropFirst().reduce(1, *))
            else {
                throw Self.error(
                    "the array y\(name)",
                    "[\(x.shape[0])], or [\(x.shape[0]), …] of at most \(DatasetWriter.maximumColumns) numbers a row, as "
                        + "in train", "shape \(y.shape)")
            }
        }
    }

    private static func error(_ place: String, _ expected: String, _ found: String) -> DatasetError {
        .source(place, line: nil, column: nil, expected: expected, found: found)
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.prefix(10).map(\.quoted).joined(separator: ", ")
    }
}
