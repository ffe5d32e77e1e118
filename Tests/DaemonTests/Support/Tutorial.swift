/// A tutorial of `docs/tutorials`: the blocks that its readers paste into a shell, and what these must print.
///
/// A block is fenced by "```sh" and "```"; comments `<!-- expect: … -->` after it say what its output holds.
struct Tutorial {
    /// What is pasted at once.
    struct Block {
        /// The line of the document on which it begins, from 1.
        let line: Int
        var commands: [String] = []
        var expectations: [Expectation] = []
    }

    /// Stands in what a script prints where a block ends.
    private static let separator: Character = "\u{1E}"

    private(set) var blocks: [Block] = []

    /// Reads the document; comments before the first block are no expectations.
    init(markdown: String) {
        var isBlock = false
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if isBlock, line == "```" {
                isBlock = false
            } else if isBlock {
                blocks[blocks.count - 1].commands.append(String(line))
            } else if line == "```sh" {
                isBlock = true
                blocks.append(Block(line: index + 1))
            } else if line.hasPrefix("<!-- expect: "), line.hasSuffix(" -->"), !blocks.isEmpty {
                let text = line.dropFirst("<!-- expect: ".count).dropLast(" -->".count)
                blocks[blocks.count - 1].expectations.append(Expectation(String(text)))
            }
        }
    }

    /// All blocks for one shell, which talk to a server on `port`.
    func script(port: UInt16) -> String {
        let blocks = blocks.map { $0.commands.joined(separator: "\n") + "\nprintf '\\036'\n" }.joined()
        return blocks.split(separator: "localhost:8080", omittingEmptySubsequences: false)
            .joined(separator: "127.0.0.1:\(port)")
    }

    /// What each block has printed, as far as the script came.
    func outputs(of output: String) -> [String] {
        let parts = output.split(separator: Self.separator, omittingEmptySubsequences: false)
        return parts.prefix(blocks.count).map(String.init)
    }
}
