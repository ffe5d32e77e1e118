package import Tensors

/// A configuration and where each of its values comes from.
package struct EffectiveConfiguration: Sendable, Equatable {
    /// One setting with its value.
    package struct Entry: Sendable, Equatable {
        /// The table and the key in the file: server.port.
        package let key: String
        /// The value as it is written in the file.
        package let value: String
        /// Where the value comes from.
        package let origin: SettingOrigin
    }

    package private(set) var configuration = Configuration()
    private var origins: [String: SettingOrigin] = [:]

    /// The defaults.
    package init() {}

    /// Every setting, in the order of the configuration file.
    package var entries: [Entry] {
        Setting.all.map { setting in
            Entry(key: setting.key, value: "\(setting.get(configuration))", origin: origin(of: setting.key))
        }
    }

    /// Where the value under `key`, such as "server.port", comes from.
    package func origin(of key: String) -> SettingOrigin { origins[key] ?? .standard }

    /// The kernels of `engine.isa`.
    /// - Throws: `DaemonError.instructionSet` when this machine cannot run them.
    package func kernels() throws(DaemonError) -> Kernels {
        do {
            return try configuration.engine.isa.kernels()
        } catch {
            throw .instructionSet(error, from: origin(of: "engine.isa"))
        }
    }

    /// The configuration as a file that would give the same, each line with its origin.
    package var explanation: String {
        let lines = Setting.all.map { setting in
            (setting, "\(setting.name) = \(setting.get(configuration))")
        }
        let width = lines.map(\.1.count).max() ?? 0
        var text = ""
        var table = ""
        for (setting, line) in lines {
            if setting.table != table {
                text += (table.isEmpty ? "" : "\n") + "[\(setting.table)]\n"
                table = setting.table
            }
            text += line + String(repeating: " ", count: width - line.count) + "  # \(origin(of: setting.key))\n"
        }
        return text
    }

    /// Chooses a value, which overrides what was chosen before.
    mutating func choose(_ value: SettingValue, for setting: Setting, from origin: SettingOrigin) {
        setting.set(&configuration, value)
        origins[setting.key] = origin
    }
}
