import Preprocessing
import Tensors
import TestSupport
import Testing

struct ImageDecoderTests {
    /// Images and their pixels as Pillow decodes them.
    static let names = [
        "grey.png", "rgb.png", "rgba.png", "palette.png", "bit.png", "grey16.png", "interlaced.png", "baseline.jpg",
        "progressive.jpg", "grey.jpg",
    ]

    static func bytes(_ name: String) -> [UInt8] {
        contents(of: Repository.root + "/Tests/PreprocessingTests/Fixtures/" + name)
    }

    @Test(arguments: names)
    func decodesAsPillowDoes(name: String) throws {
        let image = try ImageDecoder.decode(Self.bytes(name))
        let expected = Self.bytes(name + ".raw")
        #expect(image.pixels.count == expected.count)
        #expect(image.channels == (name.hasPrefix("grey") || ["bit.png", "interlaced.png"].contains(name) ? 1 : 3))
        #expect(image.height * 5 == image.width * 7)
        #expect(image.pixels == expected)
        let header = try ImageDecoder.header(Self.bytes(name))
        #expect(header.height == image.height && header.width == image.width && header.channels == image.channels)
    }

    @Test(arguments: (1...8).map { "turned\($0).png" } + ["turned6.jpg"])
    func turnsWhatCamerasHeldOtherwise(name: String) throws {
        let image = try ImageDecoder.decode(Self.bytes(name))
        let header = try ImageDecoder.header(Self.bytes(name))
        #expect(image.height == 7 && image.width == 5 && header.height == 7 && header.width == 5)
        let expected = Self.bytes(name.hasSuffix("png") ? "turned.png.raw" : name + ".raw")
        #expect(image.pixels == expected)
    }

    @Test(arguments: ["ink.png", "chalk.png"])
    func drawsWhatIsNothingButOpacity(name: String) throws {
        let image = try ImageDecoder.decode(Self.bytes(name))
        let expected = Self.bytes(name + ".raw")
        #expect(image.channels == 3 && image.pixels.count == expected.count)
        #expect(zip(image.pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }

    @Test func turnsInksIntoColours() throws {
        let image = try ImageDecoder.decode(Self.bytes("cmyk.jpg"))
        let expected = Self.bytes("cmyk.jpg.raw")
        #expect(image.pixels.count == expected.count)
        #expect(zip(image.pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }

    @Test(arguments: names)
    func refusesWhatEndsTooEarly(name: String) {
        let bytes = Self.bytes(name)
        // The last bytes of a JPEG's data may be padding; a missing end marker is still noticed.
        for count in 0..<(bytes.count - 1) {
            #expect(throws: PreprocessingError.self, "the first \(count) bytes") {
                try ImageDecoder.decode(Array(bytes[..<count]))
            }
        }
    }

    @Test(arguments: names + ["cmyk.jpg", "turned6.jpg", "turned6.png", "ink.png"])
    func survivesDamage(name: String) {
        let bytes = Self.bytes(name)
        var random = RandomSource(seed: 1)
        for _ in 0..<2000 {
            var copy = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                copy[Int.random(in: 0..<copy.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            // Sizes may have become large, not larger than the limit.
            if let header = try? ImageDecoder.header(copy), header.height * header.width < 1 << 20 {
                _ = try? ImageDecoder.decode(copy)
            }
        }
    }

    @Test func refusesOtherFilesAndHugeImages() {
        #expect(throws: PreprocessingError.image("expected a PNG or a JPEG, found another kind of file")) {
            try ImageDecoder.decode(Array("GIF89a".utf8))
        }
        var huge = Self.bytes("grey.png")
        for place in 16..<24 { huge[place] = place % 4 == 2 ? 0xFF : 0 }
        let error = #expect(throws: PreprocessingError.self) { try ImageDecoder.decode(huge) }
        #expect(error.map { "\($0)" }?.hasPrefix("the image cannot be read: ") == true)
    }
}
