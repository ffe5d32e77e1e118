import ArgumentParser
import Daemon

/// The option of every command that reads the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file (APUS_CONFIG; default: config/apus.toml if there is one).", valueName: "file"))
    var config: String?

    /// The sources with these flags.
    func sources(flags: [ConfigurationSources.Flag] = []) -> ConfigurationSources {
        var sources = ConfigurationSources()
        sources.file = config
        sources.flags = flags
        return sources
    }
}
