/// Tells what a PyTorch file is that Apus does not read, and the line of Python that writes one it takes.
enum TorchRefusal {
    /// Most names that a message lists.
    private static let listedCount = 6

    /// Throws for files that are no archive: those of PyTorch before 1.6.
    static func check(beginning source: ByteSource, name: String) throws(ModelFormatError) {
        let start = try source.read(0..<min(4, source.byteCount))
        if start.starts(with: [0x50, 0x4B]) { return }
        // A pickle of any protocol that `torch.save` has used begins so.
        guard start.first == 0x80, start.count > 1, start[1] <= 5 else { return }
        throw .foreign(
            found: "a pickle without an archive, as PyTorch before 1.6 wrote it",
            remedy: resaving("torch.load(\(literal(name)), weights_only=True)"))
    }

    /// The explanation of an archive's members, when they are those of another kind of file.
    static func explanation(of members: [String], name: String) -> ModelFormatError? {
        func has(_ part: String) -> Bool { members.contains { $0.contains("/\(part)") || $0.hasPrefix(part) } }
        if has("code/") {
            return .foreign(
                found: "a TorchScript archive, which is a program (member \"code/\")",
                remedy: resaving("torch.jit.load(\(literal(name))).state_dict()"))
        }
        if has("models/model.json") || has("serialized_exported_program.json") {
            return .foreign(
                found: "a program of torch.export",
                remedy: resaving("torch.export.load(\(literal(name))).state_dict"))
        }
        return nil
    }

    /// The explanation of a pickle that names more than tensors need; nil when it does not.
    static func explanation(of globals: PickleGlobals, name: String) -> ModelFormatError? {
        let foreign = globals.foreign
        guard !foreign.isEmpty else { return nil }
        var list = foreign.prefix(listedCount).map(\.shortened).joined(separator: ", ")
        if foreign.count > listedCount { list += " and \(foreign.count - listedCount) more" }
        guard globals.areOfAModule else {
            return .foreign(
                found: "a pickle that names \(list) and not only tensors",
                remedy: "torch.save(model.state_dict(), \"model.pt\")")
        }
        return .foreign(
            found: "a whole module, which is a program (\(list))",
            remedy: resaving("torch.load(\(literal(name)), weights_only=False).state_dict()")
                + ", which executes the file there")
    }

    private static func resaving(_ expression: String) -> String { "torch.save(\(expression), \"model.pt\")" }

    /// A name as a literal of Python.
    private static func literal(_ name: String) -> String {
        let text = name.shortened
        return text.contains("\"") || text.contains("\\") ? "…" : "\"\(text)\""
    }
}
