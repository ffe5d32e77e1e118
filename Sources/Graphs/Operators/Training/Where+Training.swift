import Tensors

extension Where {
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true), (2, true)] }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let walk = try StretchedOperands(context, count: 3)
        let inputs = (0..<3).map { context.input($0) }
        let y = context.output()
        context.addForward { operands in
            let (condition, a, b) = unsafe (operands[inputs[0]], operands[inputs[1]], operands[inputs[2]])
            walk.forEachRun(operands.rows) { result, offsets, count in
                for index in 0..<count {
                    let isTrue = unsafe condition[offsets[0] + index * walk.steps[0]] != 0
                    unsafe operands[y][result + index] =
                        isTrue ? a[offsets[1] + index * walk.steps[1]] : b[offsets[2] + index * walk.steps[2]]
                }
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0) else { return }
            for operand in 1...2 {
                let parameter = context.gradient(ofParameter: operand)
                guard let target = parameter ?? context.gradient(ofInput: operand) else { continue }
                let condition = context.input(0)
                let axis = parameter == nil ? walk.axis(ofOperand: operand) : nil
                context.add { operands in
                    let (condition, dy, target) = unsafe (operands[condition], operands[dy], operands[target])
                    axis?.forEachBlock(operands.rows) { offset, count in
                        unsafe (target + offset).update(repeating: 0, count: count)
                    }
                    walk.forEachRun(operands.rows) { result, offsets, count in
                        for index in 0..<count {
                            let isTrue = unsafe condition[offsets[0] + index * walk.steps[0]] != 0
                            guard isTrue == (operand == 1) else { continue }
                            unsafe target[offsets[operand] + index * walk.steps[operand]] += dy[result + index]
                        }
                    }
                }
            }
        }
    }
}
