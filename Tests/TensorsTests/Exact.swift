import Glibc

/// The library's functions in double, by names that do not meet those of the kernels.
enum Exact {
    static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    static func sigmoid(_ x: Double) -> Double {
        x < 0 ? Glibc.exp(x) / (1 + Glibc.exp(x)) : 1 / (1 + Glibc.exp(-x))
    }
}
