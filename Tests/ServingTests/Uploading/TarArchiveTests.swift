import JSON
@testable import Serving
import Tensors
import TestSupport
import Testing

struct TarArchiveTests {
    private func files(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
        let files = try TarArchive.files(in: bytes)
        return Dictionary(uniqueKeysWithValues: files.map { ($0.name, Array($0.contents)) })
    }

    private func refusal(_ bytes: [UInt8]) -> FieldError? {
        do { _ = try TarArchive.files(in: bytes) } catch { return error }
        return nil
    }

    @Test(arguments: ["gnu", "pax", "ustar"])
    func readsWhatOthersWrite(format: String) throws {
        let found = try files(contents(of: Repository.fixture("tars/\(format).tar")))
        #expect(found.count == 3)
        #expect(found["model.onnx"] == Array("ok".utf8))
        #expect(found["assets/words.txt"] == Array("one\ntwo\n".utf8))
        let long = "assets/" + String(repeating: "a-long-name-", count: 12) + ".txt"
        let name = format == "ustar" ? String(long.prefix(100)) : long
        #expect(found[name] == [UInt8](repeating: UInt8(ascii: "x"), count: 600))
    }

    @Test func whatMacOSAddsIsLeftOut() throws {
        let bytes = TarBuilder.archive([("._model.onnx", [1]), ("a/._b", [2]), ("model.onnx", [3])])
        #expect(try files(bytes) == ["model.onnx": [3]])
        #expect(try files([UInt8](repeating: 0, count: 1024)).isEmpty)
    }

    @Test(
        arguments: [
            ("1", "a hard link"), ("2", "a symbolic link"), ("3", "a device"), ("4", "a device"), ("6", "a pipe"),
            ("S", "a sparse file"), ("K", "an entry of type 75"), ("9", "an entry of type 57"),
        ] as [(Character, String)])
    func whatIsNoPlainFileIsRefused(type: Character, text: String) {
        var builder = TarBuilder()
        builder.add("a", [1])
        builder.add("b", type: type)
        let expected = FieldError(path: "entries[1].type", expected: "a regular file or a directory", found: text)
        #expect(refusal(builder.bytes) == expected)
    }

    @Test(arguments: [
        ("77777777777", "entries[0].size"), ("9", "entries[0].size"), ("-1", "entries[0].size"),
        ("+1", "entries[0].size"), ("1x", "entries[0].size"),
    ])
    func wrongSizesAreRefused(size: String, path: String) {
        var builder = TarBuilder()
        builder.add("a", [1], statedSize: size)
        #expect(refusal(builder.bytes)?.path == path)
    }

    @Test func anArchiveThatIsCutShortIsRefusedEverywhere() throws {
        let whole = TarBuilder.archive([("a", [UInt8](repeating: 7, count: 700)), ("b", [1])])
        // The end mark is two blocks, of which one will do.
        for count in 0..<(whole.count - 1024 + 512) where count % 7 == 0 {
            #expect(refusal(Array(whole.prefix(count))) != nil, "\(count)")
        }
        #expect(try files(Array(whole.dropLast(512))).count == 2)
    }

    @Test func everyDamagedByteOfAHeaderIsNoticed() {
        let whole = TarBuilder.archive([("name", [1, 2, 3])])
        for place in 0..<512 where !(148..<156).contains(place) {
            var damaged = whole
            damaged[place] ^= 0x15
            #expect(refusal(damaged) != nil, "\(place)")
        }
    }

    @Test func randomDamageNeverBreaksIt() throws {
        var random = RandomSource(seed: 5)
        for name in ["gnu", "pax", "ustar"] {
            let whole = contents(of: Repository.fixture("tars/\(name).tar"))
            for _ in 0..<300 {
                var damaged = whole
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                // Either it is refused, or all it names lies inside.
                let files = (try? TarArchive.files(in: damaged)) ?? []
                #expect(files.reduce(0) { $0 + $1.contents.count } <= damaged.count)
            }
        }
    }

    @Test(
        arguments: [
            ("11 path=ab\n", "ab"), ("6 a=b\n11 path=cd\n", "cd"), ("", "name"),
            ("20 comment=something\n", nil), ("999 path=a\n", nil), ("x path=a\n", nil), ("0 \n", nil),
            ("10 path=ab", nil), ("4 \n", nil), ("3 \n", nil),
            ("-1 path=ab\n", nil), ("17 linkpath=/etc\n", nil), ("9 size=x\n", nil), ("22 GNU.sparse.major=1\n", nil),
        ] as [(String, String?)])
    func attributesAreLinesOfTheirLengths(text: String, name: String?) throws {
        var builder = TarBuilder()
        builder.add("attributes", Array(text.utf8), type: "x")
        builder.add("name", [1])
        if let name {
            #expect(try files(builder.bytes) == [name: [1]])
        } else {
            #expect(refusal(builder.bytes)?.path.hasPrefix("entries[0]") == true)
        }
    }

    @Test func extensionsAreBounded() {
        var builder = TarBuilder()
        builder.add("long", [UInt8](repeating: 97, count: 70_000), type: "L")
        builder.add("a", [1])
        #expect(refusal(builder.bytes)?.expected == "attributes of at most 65536 bytes")
        var many = TarBuilder()
        for _ in 0...10_000 { many.add("d", type: "5") }
        #expect(refusal(many.bytes)?.path == "entries")
    }
}
