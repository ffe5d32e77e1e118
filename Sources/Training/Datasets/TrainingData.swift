package import JSON
package import Preprocessing
package import Tensors

/// What a trainer eats: the samples of a dataset, preprocessed, split and with their targets.
///
///     let data = try TrainingData(dataset: dataset, options: options, plan: nil, sample: .image)
///     try data.read(.train, rows: batch, x: inputs, targets: targets, lengths: nil, augmenting: &random)
///
/// All rows are looked at once when it is made, so that a bad row is found before training. Samples are kept in memory
/// when they fit, and read from disk and preprocessed each time otherwise.
package final class TrainingData: Sendable {
    /// Bytes of preprocessed samples that are kept in memory unless the caller says otherwise: 256 MiB.
    package static let defaultCacheByteCount = 256 << 20

    package let dataset: Dataset
    /// Fitted to the training rows, with the names of the classes.
    package let preprocessing: Preprocessing
    package let augmentation: Augmentation?
    package let target: Target
    /// The names of the classes; nil for numbers.
    package let classNames: [String]?
    /// Training samples of each class; nil for numbers.
    package let classCounts: [Int]?

    let input: RowInput
    private let targets: TargetReader
    private let indices: [Split: SampleIndex]
    private let caches: [Split: SampleCache]

    /// Fits preprocessing to the training rows of a dataset.
    /// - Parameters:
    ///   - dataset: what to read.
    ///   - options: the target, and the rows that are held out.
    ///   - plan: what was asked for; nil asks for what fits the data.
    ///   - sample: what the architecture wants.
    ///   - classes: the names of an existing model's classes in its order, for targets of texts.
    ///   - augmentation: what training samples go through on top.
    ///   - cacheByteCount: bytes of samples that may be kept in memory.
    /// - Throws: for options and plans that the data do not allow, and for the first bad row.
    package convenience init(
        dataset: Dataset, options: DataOptions, plan: PreprocessingPlan? = nil, sample: SampleForm = .any,
        classes: [String]? = nil, augmentation: Augmentation? = nil, cacheByteCount: Int = defaultCacheByteCount
    ) throws(DatasetError) {
        let reader = try DatasetReader(dataset)
        let plan = plan ?? PreprocessingPlan()
        let targets = try TargetReader(
            reader, options: options, texts: classes, skippingMissing: plan.rowFilter != nil)
        let input = RowInput(
            reader: reader, columns: Self.inputColumns(dataset, targets, plan.window), window: plan.window)
        let filter = try plan.rowFilter.map { names throws(DatasetError) in
            try RowFilter(reader, names: names, used: input.columns(of: plan) + targets.columns)
        }
        let indices = try Self.split(options, targets, plan.window, reader, filter)
        guard let training = indices[.train] else {
            throw .field(FieldError(path: "splits", expected: "rows to train on", found: "none"))
        }
        var (fitted, columns) = try input.fit(plan, rows: training, sample: sample)
        fitted = fitted.ignoring(Self.unused(dataset, columns)).naming(targets.classNames)
        try self.init(
            input: RowInput(reader: reader, columns: columns, window: plan.window), preprocessing: fitted,
            targets: targets, indices: indices, augmentation: augmentation,
            cacheByteCount: cacheByteCount)
    }

    /// Takes the preprocessing of an existing version, for evaluating it or training it further.
    /// - Parameters:
    ///   - dataset: what to read.
    ///   - preprocessing: the version's.
    ///   - isStated: whether people stated it, without saying what the model predicts.
    ///   - options: the target, and the rows that are held out.
    ///   - augmentation: what training samples go through on top.
    ///   - cacheByteCount: bytes of samples that may be kept in memory.
    /// - Throws: for options that the data do not allow, and for the first bad row.
    package convenience init(
        dataset: Dataset, preprocessing: Preprocessing, isStated: Bool = false, options: DataOptions,
        augmentation: Augmentation? = nil, cacheByteCount: Int = defaultCacheByteCount
    ) throws(DatasetError) {
        let reader = try DatasetReader(dataset)
        var options = options
        // A model without classes predicts numbers.
        if preprocessing.classNames == nil, !isStated, options.task == nil { options.task = .regression }
        let targets = try TargetReader(reader, options: options, known: preprocessing.classNames)
        let preprocessing = isStated ? preprocessing.naming(targets.classNames) : preprocessing
        let window = preprocessing.window
        let columns = try Self.columns(of: preprocessing, in: dataset, targets)
        let filter = try preprocessing.rowFilter.map { names throws(DatasetError) in
            try RowFilter(reader, names: names, used: (columns ?? []) + targets.columns)
        }
        let indices = try Self.split(options, targets, window, reader, filter)
        try self.init(
            input: RowInput(reader: reader, columns: columns, window: window), preprocessing: preprocessing,
            targets: targets, indices: indices, augmentation: augmentation,
            cacheByteCount: cacheByteCount)
    }

    private init(
        input: RowInput, preprocessing: Preprocessing, targets: TargetReader, indices: [Split: SampleIndex],
        augmentation: Augmentation?, cacheByteCount: Int
    ) throws(DatasetError) {
        dataset = input.reader.dataset
        self.input = input
        self.preprocessing = preprocessing
        self.targets = targets
        self.indices = indices
        self.augmentation = augmentation
        (target, classNames) = (targets.target, targets.classNames)
        if let augmentation {
            do { try augmentation.check(shape: preprocessing.sampleShape) } catch { throw .field(error) }
        }
        var caches: [Split: SampleCache] = [:]
        var counts = [Int](repeating: 0, count: targets.classNames?.count ?? 0)
        let samples = SampleReader(input: input, preprocessing: preprocessing, targets: targets)
        let total = indices.values.reduce(0) { $0 + $1.count }
        let needed = SampleCache.byteCount(
            samples: total, width: preprocessing.sampleCount, targetWidth: target.width)
        for (split, index) in indices {
            if needed <= cacheByteCount {
                caches[split] = try samples.cache(index, split)
            } else {
                try samples.check(index, split)
            }
        }
        if !counts.isEmpty, let index = indices[.train] { try samples.count(index, into: &counts) }
        self.caches = caches
        classCounts = counts.isEmpty ? nil : counts
    }

    /// The shape of a sample, without the batch's dimension.
    package var sampleShape: Shape { Shape(preprocessing.sampleShape) }

    /// Numbers of a target: 1 for a class, as many as columns for values.
    package var targetWidth: Int { target.width }

    /// Samples of a split; 0 when there are none.
    package func count(_ split: Split) -> Int { indices[split]?.count ?? 0 }

    /// Reads samples of a split.
    /// - Parameters:
    ///   - split: has samples.
    ///   - rows: which ones, each from 0 to below `count(split)`.
    ///   - x: [rows, …sampleShape]
    ///   - targets: [rows, targetWidth]
    ///   - lengths: [rows], the steps of each that are not filling; nil leaves them out.
    ///   - random: chooses how samples are augmented; nil leaves them as they are.
    /// - Throws: when the disk cannot be read.
    package func read(
        _ split: Split, rows: [Int], x: UnsafeMutablePointer<Float>, targets: UnsafeMutablePointer<Float>,
        lengths: UnsafeMutablePointer<Float>?, augmenting random: inout RandomSource?
    ) throws(DatasetError) {
        guard let index = indices[split] else { preconditionFailure("no samples of \(split)") }
        let samples = SampleReader(input: input, preprocessing: preprocessing, targets: self.targets)
        let (width, targetWidth) = (preprocessing.sampleCount, target.width)
        for (place, row) in rows.enumerated() {
            let (sample, aim) = unsafe (x + place * width, targets + place * targetWidth)
            let length: Float
            if let cache = caches[split] {
                length = unsafe cache.copy(row, into: sample, target: aim)
            } else {
                length = Float(try unsafe samples.read(index, row, split, into: sample, target: aim))
            }
            unsafe lengths?[place] = length
            guard let augmentation, var source = random else { continue }
            let (start, shape) = preprocessing.unfilled(length: Int(length))
            unsafe augmentation.apply(to: sample + start, shape: shape, using: &source)
            random = source
        }
    }

    /// Reads the targets of all samples of a split; none when it has no samples.
    /// - Parameters:
    ///   - split: Whose.
    ///   - body: Takes the row in the dataset and its target, [targetWidth].
    /// - Throws: what `body` throws, or when the disk cannot be read.
    func forEachTarget(
        of split: Split, _ body: (_ row: Int, [Float]) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        guard let index = indices[split] else { return }
        try SampleReader(input: input, preprocessing: preprocessing, targets: targets).forEachTarget(index, body)
    }

    /// A sample as a client would send it: for golden requests and examples.
    package func raw(_ split: Split, row: Int) throws(DatasetError) -> JSONValue {
        guard let index = indices[split] else { preconditionFailure("no samples of \(split)") }
        return try input.json(index.part, index[row], asNumbers: preprocessing.input.numericShape != nil)
    }

    /// The values of a column for the samples of a split, as names; nil where one is missing: for slices.
    package func values(ofColumn name: String, in split: Split) throws(DatasetError) -> [String?] {
        guard let index = indices[split] else { return [] }
        guard let column = dataset.columns.firstIndex(where: { $0.name == name }) else {
            throw .field(
                FieldError(path: "slices", expected: "a column of the dataset", found: "\"\(name)\""))
        }
        var values: [String?] = []
        for sample in 0..<index.count {
            let row = index[sample] + (input.window.map { $0.length - 1 + $0.horizon } ?? 0)
            values.append(try input.reader[index.part].cells(row, columns: [column])[0].category)
        }
        return values
    }
}
