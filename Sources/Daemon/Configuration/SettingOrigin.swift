/// Where the value of a setting comes from; a later case overrides an earlier one.
package enum SettingOrigin: Sendable, Equatable {
    /// Nobody chose it.
    case standard
    /// The configuration file of that path.
    case file(String)
    /// The environment variable of that name.
    case variable(String)
    /// The command-line flag of that name.
    case flag(String)
}

extension SettingOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .standard: "default"
        case .file(let path): path
        case .variable(let name), .flag(let name): name
        }
    }
}
