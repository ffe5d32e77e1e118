import Graphs
import JSON

/// What is refused of a request although each of its members is right by itself: it could only fail later.
extension TrainingSetup {
    /// Refuses to watch a metric that this task does not have or that no rows are there for: it would never come.
    static func checkGoals(
        _ request: TrainingRequest, _ data: TrainingData, isClassifier: Bool
    ) throws(FieldError) {
        let others = isClassifier ? ["mae", "mse", "r2", "rmse"] : ["accuracy", "f1_macro"]
        for (path, goal) in request.goals {
            if let name = others.first(where: { goal.name.hasSuffix("_\($0)") }) {
                throw FieldError(
                    path: path, expected: "a metric of \(isClassifier ? "classes" : "values")",
                    found: "\"\(goal.name)\", and the target has no \(name)")
            }
            if let split = goal.split, data.count(split) == 0 {
                throw FieldError(
                    path: path, expected: "a metric of rows that there are",
                    found: "\"\(goal.name)\", and no rows are for \(split.rawValue)")
            }
        }
    }

    /// Refuses slices by columns that the dataset does not have, which would only be found out at the end.
    static func checkSlices(_ request: TrainingRequest, _ dataset: Dataset) throws(FieldError) {
        let names = dataset.columns.map(\.name)
        for (index, name) in request.evaluation.slices.enumerated() where !names.contains(name) {
            throw FieldError(
                path: "evaluation.slices[\(index)]",
                expected: "a column of the dataset (\(names.prefix(20).joined(separator: ", ")))", found: "\"\(name)\"")
        }
    }

    /// Refuses patterns that freeze no parameter, which are misspelt, and those that leave none to train.
    static func checkFreeze(_ request: TrainingRequest, _ model: TrainableModel) throws(FieldError) {
        let names = model.parameters.map(\.name)
        if let pattern = request.freeze.unused(among: names).first {
            let index = request.freeze.patterns.firstIndex(of: pattern) ?? 0
            throw FieldError(
                path: "freeze[\(index)]",
                expected: "a name or pattern of parameters (\(names.prefix(20).joined(separator: ", ")))",
                found: "\"\(pattern.prefix(100))\"")
        }
        guard
            request.freeze.patterns.isEmpty
                || model.parameters.contains(where: { parameter in
                    parameter.isTrainable && !request.freeze.freezes(parameter.name)
                })
        else {
            throw FieldError(path: "freeze", expected: "a parameter that may still change", found: "patterns for all")
        }
    }
}
