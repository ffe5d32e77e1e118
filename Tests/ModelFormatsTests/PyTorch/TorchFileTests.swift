import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Files as `torch.save` writes them, made by Tests/Fixtures/make_torch.py.
struct TorchFileTests {
    private func tensors(_ name: String) throws -> [String: Tensor] {
        let file = try TorchFile(path: Fixtures.path("torch/\(name).pt"))
        var tensors: [String: Tensor] = [:]
        for entry in file.entries { tensors[entry.name] = try file.tensor(entry.name) }
        return tensors
    }

    /// Every type, views with strides and offsets, shared and repeated elements, in every protocol of pickle.
    @Test(arguments: 2...5)
    func readsEveryTypeAndView(protocolVersion: Int) throws {
        let expected = try NpzReader.tensors(path: Fixtures.path("torch/tensors.npz"))
        let found = try tensors("tensors\(protocolVersion)")
        #expect(Set(found.keys) == Set(expected.keys))
        for (name, tensor) in expected {
            #expect(found[name]?.shape == tensor.shape, "\(name)")
            #expect(found[name]?.convertedToFloat32().floats == tensor.floats, "\(name)")
        }
        #expect(found["int64"]?.dtype == .int64)
        #expect(found["bfloat16"]?.dtype == .float32)
        #expect(found["bool"]?.dtype == .bool)
    }

    @Test func keepsTheOrderOfTheFile() throws {
        let names = try TorchFile(path: Fixtures.path("torch/residual.pt")).entries.map(\.name)
        #expect(names.prefix(3) == ["conv1.weight", "bn1.weight", "bn1.bias"])
        #expect(names.last == "fc.bias")
    }

    @Test(arguments: ["checkpoint", "parallel", "compiled", "nested"])
    func findsTheNetworkInACheckpoint(name: String) throws {
        let found = try tensors(name)
        #expect(found["0.weight"]?.floats == [2, 2])
        #expect(found["0.bias"]?.floats == [3])
        #expect(found.count == 2)
    }

    private func refusal(of name: String) -> String {
        let error = #expect(throws: ModelFormatError.self) {
            try TorchFile(path: Fixtures.path("torch/\(name).pt"))
        }
        return error?.description ?? ""
    }

    @Test func refusesPrograms() {
        #expect(
            refusal(of: "module")
                == "found a whole module, which is a program (torch.nn.modules.container.Sequential, __builtin__.set, "
                + "torch.nn.modules.linear.Linear, torch.nn.modules.activation.ReLU). Nothing of it was executed. A file "
                + "that Apus takes comes from Python: torch.save(torch.load(\"module.pt\", weights_only=False)"
                + ".state_dict(), \"model.pt\"), which executes the file there")
        #expect(
            refusal(of: "torchscript")
                == "found a TorchScript archive, which is a program (member \"code/\"). Nothing of it was executed. A file "
                + "that Apus takes comes from Python: torch.save(torch.jit.load(\"torchscript.pt\").state_dict(), "
                + "\"model.pt\")")
        #expect(
            refusal(of: "legacy")
                == "found a pickle without an archive, as PyTorch before 1.6 wrote it. Nothing of it was executed. A file "
                + "that Apus takes comes from Python: torch.save(torch.load(\"legacy.pt\", weights_only=True), "
                + "\"model.pt\")")
    }

    @Test func refusesWhatHoldsNoNetwork() {
        #expect(
            refusal(of: "two")
                == "checkpoint: expected one state_dict, found several, under \"generator\" and \"discriminator\"; "
                + "torch.save(checkpoint[\"generator\"], \"model.pt\") writes one of them")
        #expect(refusal(of: "none").hasSuffix("found a dictionary without tensors: \"epoch\", \"history\""))
        #expect(refusal(of: "list").hasSuffix("found something that is no dictionary"))
    }

    @Test func readsBothByteOrders() throws {
        let pickle = Pickling.stateDict([("a.weight", "0", "FloatStorage", 2, 0, [2], [1])])
        let little = Tensor([Float(1), 2], shape: [2]).bytes
        let big = [UInt8](little[..<4].reversed() + little[4...].reversed())
        for (order, bytes) in [("little", little), ("big", big)] {
            let archive = Pickling.archive(pickle, storages: [("0", bytes)], byteOrder: order)
            #expect(try TorchFile(archive, name: "a.pt").tensor("a.weight").floats == [1, 2])
        }
        #expect(throws: ModelFormatError.malformed(part: "member byteorder", expected: "little or big", found: "\"x\""))
        {
            try TorchFile(
                Pickling.archive(pickle, storages: [("0", [0, 0, 0, 0, 0, 0, 0, 0])], byteOrder: "x"), name: "a")
        }
    }

    /// A tensor must lie inside its storage, and the storage in the archive.
    @Test(
        arguments: [
            ("0", "FloatStorage", 2, 1, [2], [1]), ("0", "FloatStorage", 2, 0, [2], [2]),
            ("0", "FloatStorage", 2, -1, [2], [1]), ("0", "FloatStorage", 2, 0, [2], [-1]),
            ("0", "FloatStorage", 2, 0, [2, 2], [1]), ("0", "FloatStorage", 3, 0, [2], [1]),
            ("0", "FloatStorage", 2, 0, [1 << 62, 4], [1, 1]),
            ("0", "FloatStorage", 2, 0, [3, 3], [1 << 62, 1 << 62]),
            ("0", "FloatStorage", 2, .max, [1], [1]), ("0", "FloatStorage", 2, 0, [1 << 40], [0]),
            ("0", "FloatStorage", -2, 0, [2], [1]), ("0", "FloatStorage", .max, 0, [2], [1]),
            ("1", "FloatStorage", 2, 0, [2], [1]), ("../0", "FloatStorage", 2, 0, [2], [1]),
        ] as [(String, String, Int, Int, [Int], [Int])])
    func refusesTensorsOutsideOfTheirStorage(
        key: String, type: String, count: Int, offset: Int, sizes: [Int], strides: [Int]
    ) {
        let pickle = Pickling.stateDict([("a.weight", key, type, count, offset, sizes, strides)])
        let archive = Pickling.archive(pickle, storages: [("0", [UInt8](repeating: 0, count: 8))])
        #expect(throws: ModelFormatError.self) { try TorchFile(archive, name: "a.pt") }
    }

    /// A thousand names of one storage must not become a thousand copies.
    @Test func refusesMoreTensorsThanTheFileHasBytes() {
        let tensors = (0..<1000).map { ("a.\($0)", "0", "FloatStorage", 1 << 16, 0, [1 << 16], [1]) }
        let storage = [UInt8](repeating: 0, count: 1 << 18)
        let archive = Pickling.archive(Pickling.stateDict(tensors), storages: [("0", storage)])
        let error = #expect(throws: ModelFormatError.self) { try TorchFile(archive, name: "a.pt") }
        #expect(error?.description.contains("expected at most") == true)
    }
}
