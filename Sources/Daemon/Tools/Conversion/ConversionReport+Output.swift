import JSON

extension ConversionReport {
    /// For people, in lines.
    package var text: String {
        let width = min(48, rows.map(\.from.count).max() ?? 0)
        var lines = [
            "\(input) (\(inputFormat), \(inputBytes) bytes) -> \(output) (\(outputFormat), \(outputBytes) bytes)"
        ]
        for row in rows {
            let from = row.from + String(repeating: " ", count: max(0, width - row.from.count))
            let to = row.to.isEmpty ? "nothing" : row.to.joined(separator: ", ")
            let count = row.parameterCount == 0 ? "" : ", \(row.parameterCount) parameters"
            lines.append("  \(from) -> \(to)  \(row.shape)\(count)")
        }
        lines.append("parameters  \(parameterCount)")
        for text in leftOut { lines.append("left out    \(text)") }
        for text in assumptions { lines.append("assumed     \(text)") }
        if let parity {
            let batches = parity.batches.map(String.init).joined(separator: " and ")
            lines.append(
                "parity      largest difference \(parity.largestDifference) (at most \(parity.bound)), "
                    + "\(parity.rows) rows in batches of \(batches)")
        } else if outputFormat == ConversionTarget.npz.rawValue {
            lines.append("parity      every tensor read back as it was written; this is no model without its layers")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For programs: one JSON object.
    package var json: [UInt8] {
        var members = [
            JSONMember(
                "input", ["path": .string(input), "format": .string(inputFormat), "bytes": .integer(inputBytes)]),
            JSONMember(
                "output", ["path": .string(output), "format": .string(outputFormat), "bytes": .integer(outputBytes)]),
            JSONMember(
                "layers",
                .array(
                    rows.map { row in
                        [
                            "from": .string(row.from), "to": JSONValue(row.to), "shape": .string(row.shape),
                            "parameters": .integer(row.parameterCount),
                        ]
                    })),
            JSONMember("parameters", .integer(parameterCount)), JSONMember("left_out", JSONValue(leftOut)),
            JSONMember("assumptions", JSONValue(assumptions)),
        ]
        if let parity {
            members.append(
                JSONMember(
                    "parity",
                    [
                        "largest_difference": .number(parity.largestDifference), "bound": .number(parity.bound),
                        "rows": .string(parity.rows), "batches": JSONValue(parity.batches),
                    ]))
        }
        return JSONValue.object(members).bytes
    }
}
