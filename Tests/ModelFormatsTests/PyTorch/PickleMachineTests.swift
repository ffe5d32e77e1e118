import Testing

@testable import ModelFormats

/// Pickles that want something done, or more memory than they have bytes.
struct PickleMachineTests {
    private func refusal(of value: [UInt8], name: String = "a.pt") -> String {
        let error = #expect(throws: ModelFormatError.self) {
            try TorchFile(Pickling.archive(Pickling.pickle(value)), name: name)
        }
        return error?.description ?? ""
    }

    @Test(arguments: [
        ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"), ("subprocess", "Popen"),
        ("torch.hub", "load"), ("torch.serialization", "load"), ("numpy.core.multiarray", "_reconstruct"),
        ("collections", "namedtuple"), ("torch", "load"), ("torch.nn.modules.linear", "Linear.__init__"),
    ])
    func namesWhatItWouldHaveToCall(module: String, name: String) {
        let call = Pickling.call(module, name, [Pickling.text("touch /tmp/executed")])
        #expect(refusal(of: call).contains("\(module).\(name)"))
        #expect(refusal(of: call).contains("Nothing of it was executed."))
        // As protocol 4 writes it, and hidden behind a harmless beginning.
        let short = Pickling.text(module) + Pickling.text(name) + [0x93] + Pickling.tuple([]) + [0x52]
        #expect(refusal(of: [0x7D] + Pickling.text("a") + short + [0x73]).contains("\(module).\(name)"))
    }

    @Test func attacksAreNoModules() {
        let value = Pickling.global("torch.nn.modules.linear", "Linear") + [0x30] + Pickling.global("os", "system")
        #expect(
            refusal(of: value)
                == "found a pickle that names torch.nn.modules.linear.Linear, os.system and not only tensors. Nothing of it "
                + "was executed. A file that Apus takes comes from Python: torch.save(model.state_dict(), \"model.pt\")"
        )
    }

    /// A chain of calls each of whose results the next one takes; even of allowed names only those make sense that
    /// rebuild tensors.
    @Test(arguments: [
        Pickling.call("torch", "FloatStorage", []), Pickling.call("torch", "float32", []),
        Pickling.call("torch._utils", "_rebuild_tensor_v2", []),
        Pickling.call("torch._utils", "_rebuild_parameter", [Pickling.text("a")]),
        Pickling.call("collections", "OrderedDict", [Pickling.text("a")]),
        Pickling.call("collections", "OrderedDict", []) + Pickling.tuple([]) + [0x52],
        Pickling.global("collections", "OrderedDict") + [0x52], Pickling.text("a") + Pickling.tuple([]) + [0x52],
        Pickling.text("a") + Pickling.text("b") + [0x62], Pickling.tuple([]) + Pickling.text("a") + [0x61],
        Pickling.text("a") + [0x51], [0x51], [0x52], [0x93], [0x74], [0x65], [0x73], [0x75], [0x90], [0x62],
        [0x68, 7], [0x94], [0x87], [0x28], [0x28, 0x2E], [],
    ])
    func refusesCallsThatMakeNoTensor(value: [UInt8]) { _ = refusal(of: value) }

    /// Instructions that only programs need.
    @Test(arguments: PickleOpcode.allCases.filter { $0 != .stop })
    func everyInstructionIsReadOrRefused(opcode: PickleOpcode) {
        for rest in [0, 1, 9, 300] {
            let value = [0x7D, opcode.rawValue] + [UInt8](repeating: 0x0A, count: rest)
            #expect(throws: ModelFormatError.self) {
                var machine = try PickleMachine(value, 0..<value.count)
                _ = try machine.run()
            }
        }
    }

    @Test(
        arguments: [
            ([0x8A, 0], 0), ([0x8A, 1, 0xFF], -1), ([0x8A, 2, 0xFF, 0], 255), ([0x4A, 0xFE, 0xFF, 0xFF, 0xFF], -2),
            ([0x4D, 1, 2], 513), ([0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x80], .min),
        ] as [([UInt8], Int64)])
    func readsIntegers(bytes: [UInt8], expected: Int64) throws {
        let pickle = Pickling.pickle(bytes)
        var machine = try PickleMachine(pickle, 0..<pickle.count)
        #expect(try machine.run() == .int(expected))
    }

    /// What would take memory or depth without end, for a machine that holds a thousand of everything.
    private static let endless: [[UInt8]] = [
        // Lists in each other, 100,000 deep.
        [UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999),
        // Values, lists, marks, memories, and elements of one list.
        [UInt8](repeating: 0x4E, count: 2000), [UInt8](repeating: 0x5D, count: 2000),
        [UInt8](repeating: 0x28, count: 2000), [0x4E] + [UInt8](repeating: 0x94, count: 2000),
        [0x5D] + [UInt8]((0..<2000).flatMap { _ in [0x4E, 0x61] as [UInt8] }),
        // Counts beyond the file.
        [0x58, 0xFF, 0xFF, 0xFF, 0xFF], [0x8D] + [UInt8](repeating: 0xFF, count: 8),
        [0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80], [0x95] + [UInt8](repeating: 0xFF, count: 8),
        Array("c".utf8) + [UInt8](repeating: 0x61, count: 100_000), [0x8A, 255] + [UInt8](repeating: 1, count: 255),
    ]

    @Test(arguments: endless.indices)
    func refusesWhatHasNoEnd(index: Int) {
        let pickle = Pickling.pickle(Self.endless[index])
        var limits = PickleMachine.Limits()
        (limits.stackCount, limits.elementCount, limits.nodeCount) = (1000, 1000, 1000)
        #expect(throws: ModelFormatError.self) {
            var machine = try PickleMachine(pickle, 0..<pickle.count, limits: limits)
            _ = try machine.run()
        }
    }

    @Test func listsMayHoldThemselves() throws {
        for value in [[0x5D, 0x94, 0x68, 0, 0x61], [0x7D, 0x94] + Pickling.text("a") + [0x68, 0, 0x73]] as [[UInt8]] {
            #expect(!refusal(of: value).isEmpty)
        }
    }

    /// Dictionaries that hold one another many times over are looked into once.
    @Test func looksIntoEveryDictionaryOnce() {
        var value: [UInt8] = [0x7D, 0x94]
        for depth in 0..<8 {
            value += [0x7D, 0x94]
            for key in 0..<50 {
                value += Pickling.text("k\(key)") + [0x68, UInt8(depth), 0x73]
            }
        }
        // The last one is on top; those below are taken away by putting them into it.
        #expect(
            refusal(of: [0x7D] + Pickling.text("x") + [0x5D, 0x28] + value + [0x65, 0x73]).contains("without tensors"))
        #expect(refusal(of: Array(value.suffix(from: 0))).contains("one value"))
    }
}
