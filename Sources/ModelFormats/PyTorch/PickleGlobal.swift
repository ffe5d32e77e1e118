/// What a pickle may name: the few classes and functions that a file of tensors is made of. None of them is called;
/// each has a meaning here.
enum PickleGlobal: Equatable {
    /// `collections.OrderedDict` and `Counter`.
    case dictionary
    /// `torch.FloatStorage` and so on; nil for bytes whose tensors say what they are.
    case storage(ElementEncoding?)
    /// `torch.float32` and so on; nil for a type that tensors here cannot have.
    case dtype(ElementEncoding?)
    /// `torch._utils._rebuild_tensor` and its later forms.
    case tensor
    /// The same for tensors that name their type.
    case typedTensor
    /// `torch._utils._rebuild_parameter`, which takes a tensor.
    case parameter
    /// `torch.Size`, a tuple.
    case size
    /// `_codecs.encode` and `torch.device`: something that is no tensor.
    case other

    /// Largest part of a state_dict is made of these; everything else is refused.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"), ("collections", "Counter"): self = .dictionary
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"): self = .tensor
        case ("torch._utils", "_rebuild_tensor_v3"): self = .typedTensor
        case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
            self = .parameter
        case ("torch", "Size"): self = .size
        case ("_codecs", "encode"), ("torch", "device"): self = .other
        case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .storage(nil)
        case ("torch", let name):
            if let encoding = Self.storages[name] {
                self = .storage(encoding)
            } else if let encoding = Self.dtypes[name] {
                self = .dtype(encoding)
            } else if ["complex32", "complex64", "complex128", "quint8", "qint8", "qint32"].contains(name) {
                self = .dtype(nil)
            } else {
                return nil
            }
        default: return nil
        }
    }

    private static let storages: [String: ElementEncoding] = [
        "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]

    private static let dtypes: [String: ElementEncoding] = [
        "float32": .float32, "float": .float32, "float64": .float64, "double": .float64, "float16": .float16,
        "half": .float16, "bfloat16": .bfloat16, "float8_e5m2": .float8e5m2, "float8_e4m3fn": .float8e4m3,
        "int64": .int64, "long": .int64, "int32": .int32, "int": .int32, "int16": .int16, "short": .int16,
        "int8": .int8, "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "bool": .bool,
    ]
}
