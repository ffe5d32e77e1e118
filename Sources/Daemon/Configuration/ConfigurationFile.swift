import Serving

/// A TOML file of settings: config/apus.toml names and explains them all.
struct ConfigurationFile {
    /// Largest file that is read. Bytes.
    private static let maxByteCount = 1 << 20

    private let path: String
    private let root: TOMLSection

    /// Reads a file.
    /// - Throws: `DaemonError.configurationFile` with `ServingError.file` or `.invalidTOML`.
    init(path: String) throws(DaemonError) {
        self.path = path
        let text: String
        do {
            text = try Files.text(of: path, limit: Self.maxByteCount)
        } catch {
            throw .configurationFile(.file(path, reason: error.reason))
        }
        do {
            root = try TOMLSection(parsing: text, file: path)
        } catch {
            throw .configurationFile(error)
        }
    }

    /// Chooses every value in the file.
    /// - Throws: `DaemonError.setting` or `.configurationFile`.
    func apply(to effective: inout EffectiveConfiguration) throws(DaemonError) {
        do throws(ServingError) {
            let tables = Setting.all.reduce(into: [String]()) { tables, setting in
                if tables.last != setting.table { tables.append(setting.table) }
            }
            try root.refuseKeys(except: tables)
            for table in tables {
                let section = try root.section(table)
                let settings = Setting.all.filter { $0.table == table }
                try section.refuseKeys(except: settings.map(\.name))
                for setting in settings {
                    guard let value = try section.value(of: setting, file: path) else { continue }
                    effective.choose(value, for: setting, from: .file(path))
                }
            }
        } catch {
            throw .configurationFile(error)
        }
    }
}

extension TOMLSection {
    /// The value of a setting in its table; nil when it is left out.
    ///
    /// Numbers are asked for with a default outside of their range, which says that the key is not there.
    fileprivate func value(of setting: Setting, file: String) throws(ServingError) -> SettingValue? {
        switch setting.type {
        case .text, .choice:
            guard let text = try string(setting.name) else { return nil }
            guard let value = setting.type.value(of: text) else {
                throw .invalidValue(
                    file: file, key: setting.key, expected: setting.type.expected, found: text.inQuotes)
            }
            return value
        case .integer(let range):
            let absent = range.lowerBound - 1
            let value = try integer(setting.name, in: range, default: absent)
            return value == absent ? nil : .integer(value)
        case .number(let range):
            let value = try number(setting.name, in: range, default: -.infinity)
            return value == -.infinity ? nil : .number(value)
        }
    }
}
