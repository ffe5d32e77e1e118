/// What a pickle made, other than plain values.
enum PickleNode {
    case tuple([PickleValue])
    case list([PickleValue])
    case set
    /// In the order in which keys came first.
    case dictionary(PickleDictionary)
    case storage(TorchStorage)
    case tensor(TorchTensor)
}
