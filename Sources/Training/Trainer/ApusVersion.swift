/// The version of this program, which stands in the cards of what it has trained.
package enum ApusVersion {
    package static let text = "0.1.0"
}
