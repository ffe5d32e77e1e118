extension ExecutionPlan {
    /// Runs a model that takes exactly `batch` rows at a time; the last pass is filled up with zeros.
    func runFixed(rows: Int, batch: Int, _ workspace: Workspace) {
        var start = 0
        while start + batch <= rows {
            unsafe runWhole(workspace.bases(thread: 0, firstRow: start, sizes: self))
            start += batch
        }
        if start < rows { runPadded(rows: start..<rows, batch: batch, workspace) }
    }

    private func runWhole(_ bases: UnsafePointer<UnsafeMutablePointer<Float>>) {
        unsafe runChunk(count: 1, bases)
    }

    private func runPadded(rows: Range<Int>, batch: Int, _ workspace: Workspace) {
        let bases = unsafe workspace.bases(thread: 0, firstRow: rows.lowerBound, sizes: self)
        var staging = unsafe workspace.staging
        var outputs: [(staged: UnsafeMutablePointer<Float>, wanted: UnsafeMutablePointer<Float>, count: Int)] =
            unsafe []
        for (index, size) in (inputSizes + outputSizes).enumerated() {
            let tensor = unsafe bases[index + 1]
            if index < inputSizes.count {
                unsafe staging.update(repeating: 0, count: batch * size)
                unsafe staging.update(from: tensor, count: rows.count * size)
            } else {
                unsafe outputs.append((staging, tensor, rows.count * size))
            }
            unsafe bases[index + 1] = staging
            unsafe staging += batch * size
        }
        unsafe runWhole(bases)
        for index in unsafe outputs.indices {
            let output = unsafe outputs[index]
            unsafe output.wanted.update(from: output.staged, count: output.count)
        }
    }
}
