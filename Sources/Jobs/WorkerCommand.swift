/// What is run to do a job's work.
package struct WorkerCommand: Sendable, Equatable {
    /// The path of an executable file.
    package let executable: String
    /// What it is told that it is called, and lists of processes show.
    package let name: String
    /// Its arguments, without its own name.
    package let arguments: [String]

    package init(executable: String, name: String? = nil, arguments: [String]) {
        self.executable = executable
        self.name = name ?? executable
        self.arguments = arguments
    }
}
