import FuzzReaders
import Glibc

/// Gives libFuzzer a reader to try (llvm.org/docs/LibFuzzer.html): the one that `APUS_FUZZ_READER` names.
@main enum Fuzz {
    private static let reader: FuzzReader = {
        guard let name = getenv("APUS_FUZZ_READER").map({ String(cString: $0) }),
            let reader = FuzzReader(rawValue: name)
        else {
            print("APUS_FUZZ_READER: one of \(FuzzReader.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        return reader
    }()

    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        let status = runDriver(&count, &arguments) { data, count in
            Fuzz.reader.survives(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
        exit(status)
    }
}

/// libFuzzer's own `main`, for programs that have another one.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
