import Graphs

/// What the columns of a model's first output are called: by `apus.toml`, else by the preprocessing that was fitted to the
/// data, else by the card.
struct ClassNames {
    /// One for each column, or two for a single column, which is the probability of the second; empty without names.
    let names: [String]

    /// - Throws: `ServingError.classNameCount` or `.file` when there are not as many names as columns. The card is for
    ///   people, and names in it that do not fit are left alone.
    init(
        configured: [String], fitted: [String]?, in directory: Directory, model: any ServableModel
    ) throws(ServingError) {
        let columns = model.outputs.first?.sampleDimensions.last ?? nil
        func fits(_ names: [String]) -> Bool { names.count == columns || names.count == 2 && columns == 1 }
        let expected = columns.map(String.init) ?? "no"
        if !configured.isEmpty {
            guard fits(configured) else { throw .classNameCount(expected: expected, found: configured.count) }
            names = configured
        } else if let fitted, !fitted.isEmpty {
            guard fits(fitted) else {
                let reason =
                    "classes: expected \(expected) names, one for each column of the output, got \(fitted.count)"
                throw .file(RowPreprocessing.fileName, reason: reason)
            }
            names = fitted
        } else {
            let named = VersionCard.classNames(in: (try? VersionCard.read(in: directory)) ?? nil)
            names = fits(named) ? named : []
        }
    }
}
