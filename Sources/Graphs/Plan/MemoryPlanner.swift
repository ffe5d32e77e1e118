import Tensors

/// Gives every operand of a plan's steps its place: the caller's memory for inputs and outputs, constants where they
/// are, and an arena shared by all that lives only during a run.
///
/// A value that is made and used within one run of row-granular steps needs a single row of memory; other values need
/// one row for each row of a chunk. The chunk is as large as keeps the arena in the second-level cache.
struct MemoryPlanner {
    /// Floats the values of one chunk may take: half of a common 1 MiB second-level cache, shared with weights.
    private static let chunkBudget = 64 * 1024
    /// More rows than this in a chunk gain nothing.
    private static let maximumChunkRows = 96
    /// Register tiles take 12 rows (6 on AVX2): whole tiles waste nothing.
    private static let tileRows = 12

    private let builder: PlanBuilder
    private let inputs: [Graph.ValueID]
    private let outputs: [Graph.ValueID]
    private let segments: [Segment]
    private var constants: [AlignedStorage] = []
    private var buffers: [Buffer] = []
    private var bufferOfValue: [Graph.ValueID: Int] = [:]
    private var bufferOfScratch: [ScratchKey: Int] = [:]

    private struct ScratchKey: Hashable {
        var step: Int
        var operand: Int
    }

    /// A piece of the arena, before it has a place.
    private struct Buffer {
        /// Floats for so many rows.
        var floats: @Sendable (_ rows: Int) -> Int
        /// Floats between rows; 0 when only one row is kept.
        var rowStride: Int
        var lifetime: ClosedRange<Int>
    }

    /// The outcome.
    struct Layout {
        var slots: [Slot] = []
        var operandRanges: [Range<Int>] = []
        var constants: [AlignedStorage] = []
        var arenaFloats = 0
        var chunkRows = 1
    }

    /// Collects the buffers; `outputs` are the memory roots of the plan's outputs, each made by a step.
    init(
        builder: PlanBuilder, inputs: [Graph.ValueID], outputs: [Graph.ValueID], segments: [Segment]
    ) throws(GraphError) {
        self.builder = builder
        self.inputs = inputs
        self.outputs = outputs
        self.segments = segments
        for (segmentIndex, segment) in segments.enumerated() {
            for step in segment.steps { try collect(step: step, segmentIndex) }
        }
    }

    /// Notes the buffers that a step's operands need, and that they are alive here.
    private mutating func collect(step: Int, _ segmentIndex: Int) throws(GraphError) {
        let segment = segments[segmentIndex]
        for (index, operand) in builder.steps[step].operands.enumerated() {
            switch operand {
            case .constant: break
            case .scratch(let floats):
                bufferOfScratch[ScratchKey(step: step, operand: index)] = buffers.count
                buffers.append(Buffer(floats: floats, rowStride: 0, lifetime: step...step))
            case .value(let id):
                let root = builder.root(of: id)
                if inputs.contains(root) || outputs.contains(root) { continue }
                let whole = segment.granularity == .chunk || !isLocal(root, to: segmentIndex)
                let alive =
                    whole && segment.granularity == .row
                    ? segment.steps.lowerBound...(segment.steps.upperBound - 1) : step...step
                try extend(root, alive: alive, allRows: whole)
            }
        }
    }

    private mutating func extend(_ root: Graph.ValueID, alive: ClosedRange<Int>, allRows: Bool) throws(GraphError) {
        if let index = bufferOfValue[root] {
            let lifetime = buffers[index].lifetime
            buffers[index].lifetime =
                min(lifetime.lowerBound, alive.lowerBound)...max(lifetime.upperBound, alive.upperBound)
            return
        }
        let size = try builder.rowSize(of: root)
        bufferOfValue[root] = buffers.count
        buffers.append(
            Buffer(floats: { rows in allRows ? size * rows : size }, rowStride: allRows ? size : 0, lifetime: alive))
    }

    /// Whether all steps that touch a value stand in one segment.
    private func isLocal(_ root: Graph.ValueID, to segmentIndex: Int) -> Bool {
        for (index, segment) in segments.enumerated() where index != segmentIndex {
            for step in segment.steps {
                for case .value(let id) in builder.steps[step].operands where builder.root(of: id) == root {
                    return false
                }
            }
        }
        return true
    }

    /// Chooses the chunk size and assigns every slot.
    mutating func layout() throws(GraphError) -> Layout {
        var layout = Layout()
        layout.chunkRows = chunkRows
        let arena = arena(rows: layout.chunkRows)
        layout.arenaFloats = arena.floatCount
        for (index, step) in builder.steps.enumerated() {
            let start = layout.slots.count
            for (position, operand) in step.operands.enumerated() {
                let key = ScratchKey(step: index, operand: position)
                layout.slots.append(try slot(operand, key, arena.offsets))
            }
            layout.operandRanges.append(start..<layout.slots.count)
        }
        layout.constants = constants
        return layout
    }

    private var chunkRows: Int {
        if builder.rows == .whole { return 1 }
        let perRow = arena(rows: 2).floatCount - arena(rows: 1).floatCount
        let rows = min(Self.maximumChunkRows, Self.chunkBudget / max(perRow, 1))
        return rows < Self.tileRows ? max(rows, 1) : rows / Self.tileRows * Self.tileRows
    }

    private func arena(rows: Int) -> ArenaLayout {
        ArenaLayout(buffers.map { .init(floats: $0.floats(rows), lifetime: $0.lifetime) })
    }

    private mutating func slot(
        _ operand: PlanBuilder.Operand, _ key: ScratchKey, _ offsets: [Int]
    ) throws(GraphError) -> Slot {
        switch operand {
        case .scratch:
            guard let buffer = bufferOfScratch[key] else { preconditionFailure("scratch was collected") }
            return Slot(base: 0, offset: offsets[buffer], rowStride: 0)
        case .constant(let storage):
            constants.append(storage)
            return Slot(base: inputs.count + outputs.count + constants.count, offset: 0, rowStride: 0)
        case .value(let id):
            let root = builder.root(of: id)
            let external = inputs.firstIndex(of: root) ?? outputs.firstIndex(of: root).map { $0 + inputs.count }
            if let external {
                return Slot(base: external + 1, offset: 0, rowStride: try builder.rowSize(of: root))
            }
            guard let buffer = bufferOfValue[root] else { preconditionFailure("value was collected") }
            return Slot(base: 0, offset: offsets[buffer], rowStride: buffers[buffer].rowStride)
        }
    }
}
