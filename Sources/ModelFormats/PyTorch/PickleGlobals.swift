/// The names that a pickle would have Python look up, found without running it: for telling what a refused file is.
struct PickleGlobals {
    /// `torch.nn.modules.conv.Conv2d`, in the order of the file, each once.
    private(set) var names: [String] = []

    /// Most names that are listed.
    private static let maximumCount = 1000

    /// Looks through a pickle as far as it can be read.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        var reader = ByteReader(bytes, range, part: "pickle")
        var seen: Set<String> = []
        var texts: [String] = []
        while names.count < Self.maximumCount, let instruction = try? PickleInstruction(&reader),
            instruction.opcode != .stop
        {
            func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
            var name: String?
            switch instruction.opcode {
            case .global, .inst: name = text(instruction.bytes) + "." + text(instruction.second)
            case .shortBinUnicode, .binUnicode: texts = texts.suffix(1) + [text(instruction.bytes)]
            case .stackGlobal: name = texts.joined(separator: ".")
            default: break
            }
            if let name, seen.insert(name).inserted { names.append(name) }
        }
    }

    /// Those that a file of tensors does not need.
    var foreign: [String] {
        names.filter { name in
            let dot = name.lastIndex(of: ".") ?? name.startIndex
            return PickleGlobal(module: String(name[..<dot]), name: String(name[dot...].dropFirst())) == nil
        }
    }

    /// Whether they are those of a network that was pickled whole.
    var areOfAModule: Bool {
        names.contains { $0.hasPrefix("torch.nn.") } && !names.contains(where: Self.isDangerous)
    }

    /// Whether nothing but an attack would have a model file name that.
    private static func isDangerous(_ name: String) -> Bool {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[0] == "builtins" || parts[0] == "__builtin__" else {
            return modules.contains(parts[0])
        }
        return ["eval", "exec", "compile", "getattr", "open", "__import__", "apply", "execfile"].contains(parts[1])
    }

    private static let modules: Set<String> = [
        "os", "posix", "nt", "subprocess", "sys", "socket", "shutil", "runpy", "importlib", "pty", "ctypes",
        "webbrowser", "pickle", "code", "commands", "asyncio", "multiprocessing", "urllib", "requests", "timeit", "pdb",
        "operator",
    ]
}
