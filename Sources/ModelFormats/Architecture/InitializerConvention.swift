/// Whose initialisers a layer takes when it names none, and whose number of bias vectors a recurrent layer has.
package enum InitializerConvention: String, Sendable, CaseIterable {
    case keras
    case pytorch
}
