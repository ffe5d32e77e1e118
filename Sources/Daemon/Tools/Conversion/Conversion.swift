import Graphs
import JSON
import ModelFormats
package import Tensors
import Training

/// `apus convert`: writes a model in another format, and only when what was written answers like the model that was read.
package struct Conversion: Sendable {
    /// A model file, a version's directory, or a model's, whose newest version is taken.
    package var input: String
    /// Where to write; the ending says the format.
    package var output: String
    /// Whether to replace what is there.
    package var replaces = false
    /// Rows to compare the models with, a `.npy` or `.json` file; nil for random ones.
    package var rowsPath: String?
    /// The values of free sizes.
    package var sizes = ChosenSizes()
    /// How far the answers may be apart, for each 1 of an answer above 1.
    package var bound = 1e-5
    /// Whether to propose a network for a file of tensors that has no `architecture.json`.
    package var proposesArchitecture = false
    /// One sample of such a network as PyTorch has it, without the batch.
    package var inputShape: [Int]?

    /// Rows of each comparison with random numbers.
    private static let batches = [1, 3]
    /// Draws the random numbers.
    private static let seed: UInt64 = 28

    package init(input: String, output: String) {
        self.input = input
        self.output = output
    }

    /// Writes the model.
    /// - Throws: `DaemonError`; nothing is written then.
    package func run(kernels: Kernels) throws(DaemonError) -> ConversionReport {
        let target = try ConversionTarget(path: output)
        let place = ConversionPlace(path: output, target: target)
        try place.check(replaces: replaces)
        guard target != .architecture || proposesArchitecture else {
            throw .usage("\(output): only a proposal (--from-state-dict) is written as .json by itself")
        }
        let (form, model, proposal) = try read(kernels)
        let companions = try ModelCompanions(model)
        var files: [String: [UInt8]]
        let rows: [ConversionReport.Row]
        do throws(ModelFormatError) {
            files = try target.files(of: form, name: place.name, version: ApusVersion.text)
            if target == .architecture, let proposal { files = [place.name: proposal.json.bytes + [0x0A]] }
            rows = try ConversionReport.rows(of: form, as: target)
        } catch {
            throw .model(input, reason: "it cannot be written as \(target.rawValue): \(error)")
        }
        if target == .native {
            for (name, bytes) in companions.files { files[name] = bytes }
            if files[BundleFile.golden] == nil {
                let tensors = try samples(model, form, rows: 3, seed: Self.seed).tensors(of: model)
                files[BundleFile.golden] = SafeTensors(tensors: tensors).bytes()
            }
        }
        let staged = try place.stage(files)
        let parity: Parity?
        switch target {
        case .npz: parity = try verify(form, staged.file)
        case .architecture: parity = nil
        default: parity = try compare(model, form, staged.path, kernels)
        }
        try staged.publish(replaces: replaces)
        return ConversionReport(
            input: input, output: output, inputFormat: Self.format(model.resolvedPath), outputFormat: target.rawValue,
            inputBytes: Files.byteCount(model.resolvedPath), outputBytes: files.values.reduce(0) { $0 + $1.count },
            rows: rows, leftOut: target == .native ? [] : companions.leftOut(by: target),
            assumptions: proposal?.assumptions ?? [], parity: parity)
    }

    /// Reads the model, or proposes one for the tensors.
    private func read(
        _ kernels: Kernels
    ) throws(DaemonError) -> (form: ModelForm, model: LoadedModel, proposal: ArchitectureProposal?) {
        guard proposesArchitecture else {
            guard inputShape == nil else { throw .usage("--input-shape is for --from-state-dict") }
            return (try ModelDiagnosis.form(path: input), try LoadedModel(path: input, kernels: kernels), nil)
        }
        do throws(ModelFormatError) {
            let (form, proposal) = try ModelForm.proposed(
                for: input, inputShape: inputShape.map { SampleShape($0) })
            let graph = try form.graph()
            do throws(DaemonError) {
                return (form, try LoadedModel(graph, path: input, kernels: kernels), proposal)
            } catch {
                throw ModelFormatError.malformed(
                    part: "the network guessed from the tensors", expected: "one that can be computed",
                    found: "\(error)")
            }
        } catch {
            if case .unreadable(_, let reason) = error { throw .model(input, reason: reason) }
            throw .model(input, reason: "\(error)")
        }
    }

    /// The format of a model by the name of its file.
    private static func format(_ path: String) -> String {
        let file = (try? ModelLoader.modelPath(path)) ?? path
        let name = file.lastPathComponent.fileExtension
        return name == "safetensors" ? (Files.isDirectory(path) ? "native" : name) : name
    }

    private func samples(
        _ model: LoadedModel, _ form: ModelForm, rows: Int, seed: UInt64
    ) throws(DaemonError) -> SampleRows {
        var whole: Set<Int> = []
        if case .graph(let graph) = form {
            whole = Set(graph.inputs.indices.filter { graph[graph.inputs[$0]].type?.dtype.isInteger ?? false })
        }
        return try SampleRows(rows: rows, of: model, sizes: sizes, wholeInputs: whole, seed: seed)
    }

    /// Compares the answers of the model that was read and of the one that was written.
    private func compare(
        _ model: LoadedModel, _ form: ModelForm, _ path: String, _ kernels: Kernels
    ) throws(DaemonError) -> Parity {
        let written: LoadedModel
        do throws(DaemonError) {
            written = try LoadedModel(path: path, kernels: kernels)
        } catch {
            guard case .model(_, let reason) = error else { throw error }
            throw .model(output, reason: "what was written cannot be read again: \(reason)")
        }
        var parity = Parity(bound: bound, rows: rowsPath.map { $0.lastPathComponent } ?? "random")
        var batches: [SampleRows] = []
        if let rowsPath {
            batches = [try SampleRows(path: rowsPath, of: model)]
        } else {
            for rows in Self.batches {
                batches.append(try samples(model, form, rows: rows, seed: Self.seed &+ UInt64(rows)))
            }
        }
        for batch in batches {
            parity.compare(try batch.answers(of: model), try batch.answers(of: written), rows: batch.rows)
        }
        guard parity.holds else {
            throw .model(
                output,
                reason: "nothing was written: answers differ by \(parity.largestDifference), more than \(bound)")
        }
        return parity
    }

    /// Reads the tensors of an archive again.
    private func verify(_ form: ModelForm, _ path: String) throws(DaemonError) -> Parity? {
        do throws(ModelFormatError) {
            let (found, expected) = (try NpzReader.tensors(path: path), try form.parameters())
            guard found.count == expected.count,
                expected.allSatisfy({ name, tensor in found[name].map { $0.isIdentical(to: tensor) } ?? false })
            else { throw .malformed(part: "npz archive", expected: "the tensors that were written", found: "others") }
        } catch {
            throw .model(output, reason: "nothing was written: \(error)")
        }
        return nil
    }
}

extension Tensor {
    /// Whether type, shape and every bit are the same.
    fileprivate func isIdentical(to other: Tensor) -> Bool {
        dtype == other.dtype && shape == other.shape
            && elements(as: UInt32.self) == other.elements(as: UInt32.self)
    }
}
