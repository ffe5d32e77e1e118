/// The naive twins of the kernels: each says in plain loops, summing in double, what a tuned kernel computes.
///
/// They are the tests' oracle and documentation, never used to serve.
package enum Naive {}
