/// A value on the stack of the pickle machine. What has parts is a `PickleNode` of the machine, named by its number: no
/// value holds another, so that no file can nest them deeper than memory is freed.
enum PickleValue: Equatable {
    case none
    case bool(Bool)
    case int(Int64)
    case float
    case text(String)
    case bytes
    case global(PickleGlobal)
    case node(Int)
    /// Something that is no tensor and has no use here.
    case other
}
