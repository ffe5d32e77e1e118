import Graphs
package import Tensors

/// The rows of a request before they are sorted by their sizes: their numbers lie one row after the other.
package struct RowsOfSizes {
    /// Rows.
    package let count: Int
    /// The free sizes of the rows, and which rows have them, in the order of their first rows.
    let grouped: [(bindings: [String: Int], places: [Int])]
    private let inputs: [AlignedStorage]
    /// Where each row begins in each input, and where the last one ends. In floats.
    private let offsets: [[Int]]

    /// - Parameters:
    ///   - inputs: One for each input of the model.
    ///   - sizes: The free sizes of each row.
    ///   - counts: The floats of each row, for each input.
    package init(inputs: [AlignedStorage], sizes: [[String: Int]], counts: [[Int]]) {
        precondition(counts.allSatisfy { $0.count == sizes.count }, "every input has every row")
        count = sizes.count
        self.inputs = inputs
        offsets = counts.map { counts in
            counts.reduce(into: [0]) { offsets, count in offsets.append((offsets.last ?? 0) + count) }
        }
        var places: [[String: Int]: [Int]] = [:]
        for (row, sizes) in sizes.enumerated() { places[sizes, default: []].append(row) }
        grouped = places.map { (bindings: $0.key, places: $0.value) }.sorted { $0.places[0] < $1.places[0] }
    }

    /// The numbers of some rows, for each input.
    func gather(_ places: [Int]) -> [AlignedStorage] {
        zip(inputs, offsets).map { storage, offsets in
            let gathered = AlignedStorage(floatCount: places.reduce(0) { $0 + offsets[$1 + 1] - offsets[$1] })
            var end = 0
            for place in places {
                let count = offsets[place + 1] - offsets[place]
                unsafe (gathered.floats + end).update(from: storage.floats + offsets[place], count: count)
                end += count
            }
            return gathered
        }
    }
}
