import ModelFormats
import Preprocessing

/// Stores images by class: `<class>/<file>`, or `<split>/<class>/<file>` with the splits train, validation and test.
/// Folders around all of them do not count. Each file is decoded once, so that one that is none is found by its name.
struct ImageImport {
    /// One file.
    private struct Image {
        let name: String
        let split: Split
        let className: String
    }

    private let members: MemberFiles
    private let images: [Image]

    init(_ members: MemberFiles, names: [String]) throws(DatasetError) {
        self.members = members
        var paths = names.map { $0.split(separator: "/").map(String.init) }
        for (name, path) in zip(names, paths) {
            guard let file = path.last?.lowercased(), [".png", ".jpg", ".jpeg"].contains(where: file.hasSuffix) else {
                throw Self.error("files named .png, .jpg or .jpeg (or one CSV or JSON lines a split)", name.quoted)
            }
        }
        while let first = paths.first, first.count > 2, Split(folder: first[0]) == nil,
            paths.allSatisfy({ $0.count > 2 && $0[0] == first[0] })
        {
            paths = paths.map { Array($0.dropFirst()) }
        }
        let hasSplits = paths.allSatisfy { $0.count > 2 && Split(folder: $0[0]) != nil }
        images = try zip(names, paths).map { name, path throws(DatasetError) in
            let inner = hasSplits ? Array(path.dropFirst()) : path
            guard inner.count > 1 else { throw Self.error("folders of files by class", name.quoted) }
            let split = hasSplits ? Split(folder: path[0]) ?? .train : .train
            return Image(name: name, split: split, className: inner[0])
        }
    }

    /// Writes the rows: training rows first, in the order of their names.
    func write(into directory: String) throws(DatasetError) -> DatasetWriter {
        let (height, width, channels) = try commonSize()
        let writer = try DatasetWriter(
            directory: directory, features: .images(height: height, width: width, channels: channels),
            columns: [("class", true)])
        for split in Split.allCases {
            for image in images where image.split == split {
                let row = DatasetRow(
                    features: .file(try members.contents(of: image.name)), cells: [.text(image.className)])
                try writer.add(row, to: split)
            }
        }
        return writer
    }

    /// The size of most images, the larger one of two, and 3 channels when any has them. Decodes all.
    private func commonSize() throws(DatasetError) -> (height: Int, width: Int, channels: Int) {
        var counts: [[Int]: Int] = [:]
        var channels = 1
        for image in images {
            let bytes = try members.contents(of: image.name)
            do {
                let decoded = try ImageDecoder.decode(bytes)
                counts[[decoded.height, decoded.width], default: 0] += 1
                channels = max(channels, decoded.channels)
            } catch {
                throw .source(image.name, line: nil, column: nil, expected: "a PNG or JPEG", found: "\(error)")
            }
        }
        let size = counts.max { ($0.value, $0.key[0], $0.key[1]) < ($1.value, $1.key[0], $1.key[1]) }?.key ?? [1, 1]
        return (size[0], size[1], channels)
    }

    private static func error(_ expected: String, _ found: String) -> DatasetError {
        .source("the archive", line: nil, column: nil, expected: expected, found: found)
    }
}
