import Tensors

/// What the names in a pickle mean.
extension PickleMachine {
    /// Performs an instruction that puts values into the list, set or dictionary below them.
    mutating func fill(_ opcode: PickleOpcode) throws(ModelFormatError) {
        switch opcode {
        case .append: try append([try pop()])
        case .appends: try append(try popToMark())
        case .addItems:
            try count(try popToMark().count)
            guard case .node(let place) = try top(), case .set = nodes[place] else { throw malformed("a set", "none") }
        case .setItem: try set(try pop(count: 2))
        case .setItems: try set(try popToMark())
        // The state of an object beside its elements, such as `_metadata`, has no use here.
        default:
            _ = try pop()
            guard case .node = try top() else { throw malformed("an object to build", "a plain value") }
        }
    }

    private mutating func append(_ values: [PickleValue]) throws(ModelFormatError) {
        try count(values.count)
        guard case .node(let place) = try top(), case .list(var list) = nodes[place] else {
            throw malformed("a list", "something else")
        }
        // Out of the way first, so that the elements are not copied.
        nodes[place] = .set
        list += values
        nodes[place] = .list(list)
    }

    private mutating func set(_ pairs: [PickleValue]) throws(ModelFormatError) {
        try count(pairs.count)
        guard pairs.count.isMultiple(of: 2), case .node(let place) = try top(),
            case .dictionary(var dictionary) = nodes[place]
        else { throw malformed("a dictionary", "something else") }
        nodes[place] = .set
        for index in stride(from: 0, to: pairs.count, by: 2) {
            if case .text(let key) = pairs[index] { dictionary.set(key, pairs[index + 1]) }
        }
        nodes[place] = .dictionary(dictionary)
    }

    /// What calling `function` would make.
    mutating func reduced(
        _ function: PickleValue, _ arguments: PickleValue
    ) throws(ModelFormatError) -> PickleValue {
        guard case .global(let global) = function, let arguments = tuple(arguments) else {
            throw malformed("a function and its arguments", "other values")
        }
        switch global {
        case .dictionary: return try make(.dictionary(try dictionary(arguments)))
        case .tensor: return try make(.tensor(try tensor(arguments, encoding: nil)))
        case .typedTensor:
            guard arguments.count >= 7, case .global(.dtype(let encoding)) = arguments[6] else {
                throw malformed("a tensor's type", "none")
            }
            guard let encoding else { throw malformed("tensors of numbers", "complex or quantized ones") }
            return try make(.tensor(try tensor(arguments, encoding: encoding)))
        case .parameter:
            guard let first = arguments.first, case .node(let place) = first, case .tensor = nodes[place] else {
                throw malformed("the tensor of a parameter", "none")
            }
            return first
        case .size: return arguments.first ?? .other
        case .other: return .other
        case .storage, .dtype: throw malformed("a function", "a type")
        }
    }

    /// The elements of a tuple; nil for other values.
    func tuple(_ value: PickleValue) -> [PickleValue]? {
        guard case .node(let place) = value, case .tuple(let elements) = nodes[place] else { return nil }
        return elements
    }

    /// `OrderedDict()`, `OrderedDict([(key, value), …])` or `Counter({…})`.
    private mutating func dictionary(_ arguments: [PickleValue]) throws(ModelFormatError) -> PickleDictionary {
        var dictionary = PickleDictionary()
        guard let first = arguments.first else { return dictionary }
        guard case .node(let place) = first else { throw malformed("the pairs of a dictionary", "a plain value") }
        switch nodes[place] {
        case .dictionary(let other): return other
        case .list(let pairs), .tuple(let pairs):
            try count(2 * pairs.count)
            for pair in pairs {
                let pair = elements(pair)
                guard pair.count == 2 else { throw malformed("pairs of key and value", "something else") }
                if case .text(let key) = pair[0] { dictionary.set(key, pair[1]) }
            }
            return dictionary
        default: throw malformed("the pairs of a dictionary", "something else")
        }
    }

    /// The elements of a tuple or list.
    private func elements(_ value: PickleValue) -> [PickleValue] {
        guard case .node(let place) = value else { return [] }
        switch nodes[place] {
        case .tuple(let elements), .list(let elements): return elements
        default: return []
        }
    }

    /// `("storage", torch.FloatStorage, key, device, count)`.
    func storage(_ identifier: PickleValue) throws(ModelFormatError) -> TorchStorage {
        guard let parts = tuple(identifier), parts.count >= 5, parts[0] == .text("storage"),
            case .global(.storage(let encoding)) = parts[1], case .text(let key) = parts[2],
            case .int(let number) = parts[4], let count = Int(exactly: number), count >= 0
        else { throw malformed("(\"storage\", type, key, device, count)", "another persistent id") }
        return TorchStorage(key: key, encoding: encoding, count: count)
    }

    /// `(storage, offset, sizes, strides, …)`.
    private func tensor(
        _ arguments: [PickleValue], encoding: ElementEncoding?
    ) throws(ModelFormatError) -> TorchTensor {
        guard arguments.count >= 4, case .node(let place) = arguments[0], case .storage(let storage) = nodes[place],
            case .int(let offset) = arguments[1], let sizes = integers(arguments[2]),
            let strides = integers(arguments[3]), sizes.count == strides.count,
            let encoding = encoding ?? storage.encoding
        else { throw malformed("a tensor's storage, offset, sizes and strides", "other values") }
        let name = "of storage \(storage.key.shortened)"
        let shape = try Shape(checking: sizes, width: encoding.byteCount, tensor: name)
        guard offset >= 0, strides.allSatisfy({ $0 >= 0 }),
            let reach = Self.reach(sizes, strides), reach <= .max - Int(offset)
        else { throw .tensor(name, expected: "a view inside its storage", found: "strides \(strides)") }
        let width = storage.encoding == nil ? encoding.byteCount : 1
        guard reach == 0 || Int(offset) + reach <= storage.count / width else {
            throw .tensor(
                name, expected: "a view inside its \(storage.count / width) elements",
                found: "\(reach) from \(offset) on")
        }
        return TorchTensor(
            storage: storage, encoding: encoding, offset: Int(offset), shape: shape,
            strides: strides.map { Int($0) })
    }

    private func integers(_ value: PickleValue) -> [Int64]? {
        var result: [Int64] = []
        for element in elements(value) {
            guard case .int(let number) = element else { return nil }
            result.append(number)
        }
        return result
    }

    /// As `TorchTensor.reach`; nil when it fits no integer.
    private static func reach(_ sizes: [Int64], _ strides: [Int64]) -> Int? {
        if sizes.contains(0) { return 0 }
        var reach = 1
        for (size, stride) in zip(sizes, strides) {
            let (product, overflow) = Int(size - 1).multipliedReportingOverflow(by: Int(stride))
            let (sum, carry) = reach.addingReportingOverflow(product)
            guard !overflow, !carry else { return nil }
            reach = sum
        }
        return reach
    }
}
