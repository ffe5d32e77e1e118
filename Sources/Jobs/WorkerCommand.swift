/// What is run to do a job's work.
package struct WorkerCommand: Sendable, Equatable {
    /// The path of an executable file.
    package let executable: String
    /// Its arguments, without its own name.
    package let arguments: [String]

    package init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }
}
