import FuzzReaders
import Glibc

/// The reader that `APUS_FUZZ_READER` names.
private let reader: FuzzReader = {
    guard let name = getenv("APUS_FUZZ_READER").map({ String(cString: $0) }), let reader = FuzzReader(rawValue: name)
    else {
        print("APUS_FUZZ_READER: one of \(FuzzReader.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(64)
    }
    return reader
}()

/// What libFuzzer calls with every input it makes (llvm.org/docs/LibFuzzer.html).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    reader.survives(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
