// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
/// Settings of the targets of ours that are not tests.
let strict = settings + [.strictMemorySafety()]

let package = Package(
    name: "apus",
    targets: [
        .target(name: "CKernels", exclude: ["template"]),
        .target(name: "Tensors", dependencies: ["CKernels"], swiftSettings: strict),
        .target(name: "Graphs", dependencies: ["Tensors"], swiftSettings: strict),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels"], swiftSettings: settings),
        .testTarget(name: "GraphsTests", dependencies: ["Graphs", "Tensors"], swiftSettings: settings),
    ]
)
