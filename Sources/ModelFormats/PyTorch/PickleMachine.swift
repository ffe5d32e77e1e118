/// Reads the pickle of a PyTorch file without executing anything: the instructions that `torch.load(weights_only=True)`
/// takes, over a list of names that each mean a kind of data here (`PickleGlobal`).
///
/// Values are flat and everything they hold is counted, so that neither depth nor size of a file goes beyond `Limits`.
struct PickleMachine {
    /// What a hostile pickle may make the machine hold.
    struct Limits {
        /// Bytes of the pickle: 64 MiB.
        var byteCount = 64 << 20
        /// Values on the stack at a time, and values remembered.
        var stackCount = 1 << 20
        /// Elements of all lists, tuples and dictionaries together.
        var elementCount = 1 << 22
        /// Lists, tuples, dictionaries, storages and tensors.
        var nodeCount = 1 << 20
    }

    static let part = "pickle"
    let limits: Limits
    var nodes: [PickleNode] = []
    var stack: [PickleValue] = []
    private var reader: ByteReader
    /// Where on the stack the marks are.
    private var marks: [Int] = []
    private var memo: [UInt64: PickleValue] = [:]
    private var elementCount = 0

    /// Starts on a range of `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>, limits: Limits = Limits()) throws(ModelFormatError) {
        guard range.count <= limits.byteCount else {
            throw .tooLarge(part: Self.part, byteCount: range.count, limit: limits.byteCount)
        }
        self.limits = limits
        reader = ByteReader(bytes, range, part: Self.part)
    }

    /// Runs to the end and returns the value of the pickle.
    mutating func run() throws(ModelFormatError) -> PickleValue {
        while true {
            let instruction = try PickleInstruction(&reader)
            if instruction.opcode == .stop {
                let value = try pop()
                guard stack.isEmpty, marks.isEmpty, reader.remaining == 0 else {
                    throw malformed("the end after one value", "more")
                }
                return value
            }
            try perform(instruction)
        }
    }

    /// What follows an instruction as text.
    func text(_ range: Range<Int>) throws(ModelFormatError) -> String {
        guard let text = String(validating: reader.bytes[range], as: UTF8.self) else {
            throw malformed("text in UTF-8", "other bytes")
        }
        return text
    }

    private mutating func perform(_ instruction: PickleInstruction) throws(ModelFormatError) {
        switch instruction.opcode {
        case .proto:
            guard instruction.number <= 5 else {
                throw .unsupported(part: Self.part, expected: "protocols up to 5 are", found: "\(instruction.number)")
            }
        case .frame:
            guard instruction.number <= UInt64(reader.remaining) else {
                throw .truncated(
                    part: "pickle frame", expected: Int(clamping: instruction.number), found: reader.remaining)
            }
        case .mark:
            guard marks.count < limits.stackCount else { throw tooMany("marks", limits.stackCount) }
            marks.append(stack.count)
        case .binPut, .longBinPut: try remember(instruction.number)
        case .memoize: try remember(UInt64(memo.count))
        case .binGet, .longBinGet:
            guard let value = memo[instruction.number] else {
                throw malformed("a value remembered before", "none under \(instruction.number)")
            }
            try push(value)
        case .append, .appends, .addItems, .setItem, .setItems, .build: try fill(instruction.opcode)
        case .global, .stackGlobal: try pushGlobal(instruction)
        case .reduce, .newObj:
            let arguments = try pop()
            try push(try reduced(try pop(), arguments))
        case .binPersid: try push(try make(.storage(try storage(try pop()))))
        default: try pushPlain(instruction)
        }
    }

    /// Performs an instruction that puts a new value on the stack.
    private mutating func pushPlain(_ instruction: PickleInstruction) throws(ModelFormatError) {
        let number = instruction.number
        switch instruction.opcode {
        case .none: try push(.none)
        case .newTrue: try push(.bool(true))
        case .newFalse: try push(.bool(false))
        case .binInt1, .binInt2: try push(.int(Int64(number)))
        case .binInt: try push(.int(Int64(Int32(truncatingIfNeeded: number))))
        case .long1: try push(try integer(instruction.bytes))
        case .binFloat: try push(.float)
        case .binUnicode, .shortBinUnicode, .binUnicode8, .shortBinString, .binString:
            try push(.text(try text(instruction.bytes)))
        case .binBytes, .shortBinBytes, .binBytes8: try push(.bytes)
        case .emptyTuple: try pushTuple([])
        case .tuple1: try pushTuple(try pop(count: 1))
        case .tuple2: try pushTuple(try pop(count: 2))
        case .tuple3: try pushTuple(try pop(count: 3))
        case .tuple: try pushTuple(try popToMark())
        case .emptyList: try push(try make(.list([])))
        case .emptyDict: try push(try make(.dictionary(PickleDictionary())))
        case .emptySet: try push(try make(.set))
        default:
            throw .unsupported(
                part: Self.part, expected: "instructions that tensors need are", found: "\(instruction.opcode)")
        }
    }

    private mutating func pushTuple(_ elements: [PickleValue]) throws(ModelFormatError) {
        try count(elements.count)
        try push(try make(.tuple(elements)))
    }

    /// Up to 64 bits in two's complement, least significant byte first.
    private func integer(_ range: Range<Int>) throws(ModelFormatError) -> PickleValue {
        guard range.count <= 8 else { throw malformed("integers of 64 bits", "one of \(range.count) bytes") }
        var value: UInt64 = 0
        for (place, index) in range.enumerated() { value |= UInt64(reader.bytes[index]) << UInt64(8 * place) }
        if let last = range.last, reader.bytes[last] & 0x80 != 0, range.count < 8 {
            value |= UInt64.max << UInt64(8 * range.count)
        }
        return .int(Int64(bitPattern: value))
    }

    private mutating func pushGlobal(_ instruction: PickleInstruction) throws(ModelFormatError) {
        let module: String
        let name: String
        if instruction.opcode == .stackGlobal {
            let pair = try pop(count: 2)
            guard case .text(let first) = pair[0], case .text(let last) = pair[1] else {
                throw malformed("the names of a module and of something in it", "other values")
            }
            (module, name) = (first, last)
        } else {
            (module, name) = (try text(instruction.bytes), try text(instruction.second))
        }
        guard let global = PickleGlobal(module: module, name: name) else {
            throw .unsupported(
                part: Self.part, expected: "tensors are", found: "\("\(module).\(name)".quoted), which was not run")
        }
        try push(.global(global))
    }
}

extension PickleMachine {
    mutating func push(_ value: PickleValue) throws(ModelFormatError) {
        guard stack.count < limits.stackCount else { throw tooMany("values at a time", limits.stackCount) }
        stack.append(value)
    }

    mutating func pop() throws(ModelFormatError) -> PickleValue { try pop(count: 1)[0] }

    /// Takes values from the stack, which must lie above the last mark.
    mutating func pop(count: Int) throws(ModelFormatError) -> [PickleValue] {
        guard stack.count - count >= marks.last ?? 0 else { throw malformed("\(count) values", "fewer") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    /// Takes all values above the last mark, and the mark.
    mutating func popToMark() throws(ModelFormatError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw malformed("a mark", "none") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    /// The value on top, which stays.
    func top() throws(ModelFormatError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw malformed("a value", "none") }
        return value
    }

    mutating func make(_ node: PickleNode) throws(ModelFormatError) -> PickleValue {
        guard nodes.count < limits.nodeCount else { throw tooMany("lists and tensors", limits.nodeCount) }
        nodes.append(node)
        return .node(nodes.count - 1)
    }

    /// Counts elements that something gets.
    mutating func count(_ count: Int) throws(ModelFormatError) {
        elementCount += count
        guard elementCount <= limits.elementCount else { throw tooMany("elements", limits.elementCount) }
    }

    private mutating func remember(_ place: UInt64) throws(ModelFormatError) {
        guard memo.count < limits.stackCount else { throw tooMany("remembered values", limits.stackCount) }
        memo[place] = try top()
    }

    func malformed(_ expected: String, _ found: String) -> ModelFormatError {
        .malformed(part: Self.part, expected: expected, found: found)
    }

    private func tooMany(_ what: String, _ limit: Int) -> ModelFormatError {
        .malformed(part: Self.part, expected: "at most \(limit) \(what)", found: "more")
    }
}
