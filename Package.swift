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
/// For all code of ours but tests.
let strict = settings + [.strictMemorySafety()]

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// `scripts/fuzz` alone builds the fuzzer, whose `main` is libFuzzer's.
let fuzzTargets: [Target] =
    Context.environment["APUS_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzReaders"], path: "Tests/Fuzz",
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
    ]

// Bottom-up; a target may import only what it names here, which scripts/check verifies.
let package = Package(
    name: "apus",
    dependencies: [
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Without the default traits, which would link all of Foundation.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        .target(name: "CKernels", exclude: ["template"]),
        .systemLibrary(name: "CSystem"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CSQLite"),
        // libpng needs zlib and the mathematics library after it when it is linked statically.
        .target(
            name: "CImages",
            linkerSettings: [
                .linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("z"), .linkedLibrary("m"),
            ]),
        .target(name: "Tensors", dependencies: ["CKernels"], swiftSettings: strict),
        .target(name: "Graphs", dependencies: ["Tensors"], swiftSettings: strict),
        .target(name: "JSON", swiftSettings: strict),
        // Generated code, which does not keep to our settings.
        .target(name: "ONNXProtobuf", dependencies: [protobuf], exclude: ["onnx.proto"], swiftSettings: settings),
        .target(
            name: "ModelFormats", dependencies: ["Graphs", "Tensors", "JSON", "ONNXProtobuf", "CZlib", protobuf],
            swiftSettings: strict),
        // What turns rows as people have them into what a model computes with, in training and in serving alike.
        .target(name: "Preprocessing", dependencies: ["Tensors", "JSON", "CImages"], swiftSettings: strict),
        .target(
            name: "Training",
            dependencies: ["Graphs", "ModelFormats", "Preprocessing", "Tensors", "JSON", "CZlib"],
            swiftSettings: strict),
        // The jobs of a data directory and what happened to them; knows neither training nor HTTP.
        .target(name: "Jobs", dependencies: ["JSON", "CSQLite", "CSystem"], swiftSettings: strict),
        .target(
            name: "Serving",
            dependencies: [
                "CSystem", "Graphs", "ModelFormats", "Preprocessing", "Tensors", "JSON",
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: strict),
        .target(name: "HTTP", swiftSettings: strict),
        .target(name: "Network", dependencies: ["CSystem", "HTTP"], swiftSettings: strict),
        .target(
            name: "API",
            dependencies: [
                "Serving", "Training", "Preprocessing", "Jobs", "Graphs", "ModelFormats", "Tensors", "HTTP", "Network",
                "JSON", "CZlib",
            ], swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: [
                "API", "CSystem", "Graphs", "HTTP", "JSON", "Jobs", "ModelFormats", "Network", "Preprocessing",
                "Serving",
                "Tensors", "Training", logging,
            ], swiftSettings: strict),
        .executableTarget(
            name: "apus", dependencies: ["Daemon", "JSON", "Training", argumentParser], swiftSettings: strict),

        // What the tests of several targets need.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        // What is fuzzed, and what the tests read the fuzzer's corpus with.
        .target(
            name: "FuzzReaders", dependencies: ["Graphs", "JSON", "ModelFormats", "Tensors", "TestSupport"],
            path: "Tests/FuzzReaders", swiftSettings: settings),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels"], swiftSettings: settings),
        .testTarget(name: "GraphsTests", dependencies: ["Graphs", "Tensors"], swiftSettings: settings),
        .testTarget(
            name: "ModelFormatsTests",
            dependencies: [
                "FuzzReaders", "ModelFormats", "Graphs", "Tensors", "JSON", "ONNXProtobuf", "TestSupport", protobuf,
            ], exclude: ["Corpus", "Fixtures"], swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(
            name: "PreprocessingTests", dependencies: ["Preprocessing", "Tensors", "JSON", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["Training", "Preprocessing", "Graphs", "ModelFormats", "Tensors", "JSON", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "JobsTests", dependencies: ["Jobs", "JSON", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP"], swiftSettings: settings),
        .testTarget(name: "NetworkTests", dependencies: ["Network", "HTTP", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Serving", "CSystem", "ModelFormats", "Graphs", "JSON", "Preprocessing", "Tensors", "TestSupport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "HTTP", "JSON", "Jobs", "ONNXProtobuf", protobuf, "ModelFormats", "Network", "Preprocessing",
                "Serving", "Tensors", "TestSupport", "Training",
            ], swiftSettings: settings),
        // Needs the built `apus` beside the test bundle, which `swift build --build-tests` makes.
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "Graphs", "HTTP", "JSON", "ModelFormats", "Network", "Serving", "Tensors", "TestSupport",
                logging,
            ], swiftSettings: settings),
    ] + fuzzTargets
)
