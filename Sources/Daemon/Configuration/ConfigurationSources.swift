/// Where a configuration is read from: flags before environment variables, before a TOML file, before the defaults.
package struct ConfigurationSources: Sendable {
    /// A flag that was given and the setting it stands for.
    package struct Flag: Sendable {
        /// The flag with its dashes: --port.
        package let name: String
        /// The setting's key: server.port.
        package let key: String
        /// What was written.
        package let text: String

        package init(_ name: String, key: String, text: String) {
            self.name = name
            self.key = key
            self.text = text
        }
    }

    /// The environment variable that names the file.
    static let fileVariable = "APUS_CONFIG"

    /// The flags that were given.
    package var flags: [Flag] = []
    /// The file the user named; nil to look for `standardFiles`.
    package var file: String?
    /// The environment.
    package var environment: [String: String]
    /// Where a file is looked for when none was named: the first that exists is read. The second is the container's.
    package var standardFiles = ["config/apus.toml", "/config/apus.toml"]

    /// - Parameter environment: The variables by name.
    package init(environment: [String: String] = EnvironmentVariables.ofProcess()) {
        self.environment = environment
    }

    /// Reads all sources and checks every value.
    /// - Throws: `DaemonError.setting`, `.unknownVariable` or `.configurationFile`.
    package func resolve() throws(DaemonError) -> EffectiveConfiguration {
        var effective = EffectiveConfiguration()
        if let file = file ?? environment[Self.fileVariable] {
            try ConfigurationFile(path: file).apply(to: &effective)
        } else if let file = standardFiles.first(where: Files.exist) {
            try ConfigurationFile(path: file).apply(to: &effective)
        }
        try applyEnvironment(to: &effective)
        for flag in flags {
            guard let setting = Setting.all.first(where: { $0.key == flag.key }) else {
                preconditionFailure("flag \(flag.name) stands for no setting")
            }
            let value = try Self.value(of: flag.text, for: setting, from: .flag(flag.name))
            effective.choose(value, for: setting, from: .flag(flag.name))
        }
        return effective
    }

    private func applyEnvironment(to effective: inout EffectiveConfiguration) throws(DaemonError) {
        let known = Setting.all.map(\.variable) + [Self.fileVariable]
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("APUS_") {
            if EnvironmentVariables.isServiceLink(name, text) || name == Self.fileVariable { continue }
            guard let setting = Setting.all.first(where: { $0.variable == name }) else {
                throw .unknownVariable(name, known: known)
            }
            let value = try Self.value(of: text, for: setting, from: .variable(name))
            effective.choose(value, for: setting, from: .variable(name))
        }
    }

    private static func value(
        of text: String, for setting: Setting, from origin: SettingOrigin
    ) throws(DaemonError) -> SettingValue {
        guard let value = setting.type.value(of: text) else {
            throw .setting(setting.key, from: origin, expected: setting.type.expected, found: text.inQuotes)
        }
        return value
    }
}
