import FuzzReaders
import ModelFormats
import TestSupport
import Testing

/// Reads what `scripts/fuzz` starts from and what it found, and damaged versions of it: all of it must give a value or an
/// error, and none may crash.
struct FuzzCorpusTests {
    @Test(arguments: FuzzReader.allCases)
    func readsItsCorpus(reader: FuzzReader) throws {
        let folder = Repository.root + "/Tests/ModelFormatsTests/Corpus/" + reader.rawValue
        let files = names(in: folder).sorted()
        #expect(!files.isEmpty)
        for name in files {
            let bytes = contents(of: folder + "/" + name)
            reader.survives(bytes)
            Damage.mutations(of: bytes.isEmpty ? [0] : bytes, count: 200) { try reader.read($0) }
        }
    }
}
