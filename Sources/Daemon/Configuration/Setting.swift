/// One key of the configuration: how it is spelled in each source, what it takes, and where it is kept.
struct Setting: Sendable {
    /// The table and the key in the file: server.port.
    let key: String
    /// The environment variable: APUS_SERVER_PORT.
    let variable: String
    /// The values it takes.
    let type: SettingType
    /// Reads the field.
    let get: @Sendable (Configuration) -> SettingValue
    /// Writes the field, with a value that `type` takes.
    let set: @Sendable (inout Configuration, SettingValue) -> Void

    /// The part of the key before the dot.
    var table: String { String(key.prefix { $0 != "." }) }

    /// The part of the key after the dot.
    var name: String { String(key.drop { $0 != "." }.dropFirst()) }

    private init(
        _ key: String, variable: String?, _ type: SettingType,
        get: @escaping @Sendable (Configuration) -> SettingValue,
        set: @escaping @Sendable (inout Configuration, SettingValue) -> Void
    ) {
        self.key = key
        self.variable = variable ?? "APUS_" + String(key.uppercased().map { $0 == "." ? "_" : $0 })
        self.type = type
        self.get = get
        self.set = set
    }

    static func text(_ key: String, _ path: any WritableKeyPath<Configuration, String> & Sendable) -> Setting {
        Setting(key, variable: nil, .text, get: { .text($0[keyPath: path]) }) { configuration, value in
            if case .text(let text) = value { configuration[keyPath: path] = text }
        }
    }

    static func integer(
        _ key: String, in range: ClosedRange<Int>, _ path: any WritableKeyPath<Configuration, Int> & Sendable
    ) -> Setting {
        Setting(key, variable: nil, .integer(range), get: { .integer($0[keyPath: path]) }) { configuration, value in
            if case .integer(let integer) = value { configuration[keyPath: path] = integer }
        }
    }

    static func number(
        _ key: String, in range: ClosedRange<Double>, _ path: any WritableKeyPath<Configuration, Double> & Sendable
    ) -> Setting {
        Setting(key, variable: nil, .number(range), get: { .number($0[keyPath: path]) }) { configuration, value in
            if case .number(let number) = value { configuration[keyPath: path] = number }
        }
    }

    static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ key: String, variable: String? = nil, _ path: any WritableKeyPath<Configuration, Choice> & Sendable
    ) -> Setting where Choice.RawValue == String {
        let type = SettingType.choice(Choice.allCases.map(\.rawValue))
        return Setting(key, variable: variable, type, get: { .text($0[keyPath: path].rawValue) }) {
            configuration, value in
            if case .text(let word) = value, let choice = Choice(rawValue: word) {
                configuration[keyPath: path] = choice
            }
        }
    }
}
