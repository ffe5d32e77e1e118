import Tensors

/// The sizes of products of matrices [rows, depth] · [depth, columns], whose outer dimensions broadcast.
struct MatrixProduct: Sendable {
    let rows, depth, columns: Int
    /// Of the result.
    let shape: Shape
    private let outer: Shape
    /// In matrices, of both operands.
    private let strides: [[Int]]

    /// - Throws: when the outer dimensions do not broadcast.
    init(_ a: Shape, _ b: Shape) throws(GraphError) {
        (rows, depth, columns) = (a[a.rank - 2], a[a.rank - 1], b[b.rank - 1])
        let outers = [Array(a.dimensions.dropLast(2)), Array(b.dimensions.dropLast(2))]
        let sizes = try Broadcast.dimensions(outers[0].map { .fixed($0) }, outers[1].map { .fixed($0) })
        let outer = Shape(sizes.compactMap(\.fixedValue))
        self.outer = outer
        strides = outers.map { Broadcast.strides(of: Shape($0), to: outer) }
        shape = Shape(outer.dimensions + [rows, columns])
    }

    /// Whether both operands have as many matrices as the result.
    var isPlain: Bool { strides[0] == outer.strides && strides[1] == outer.strides }

    /// Matrices of the result.
    var count: Int { outer.elementCount }

    /// Calls `body` with the offset of each matrix in both operands and in the result, in floats.
    func forEachMatrix(_ body: (_ a: Int, _ b: Int, _ result: Int) -> Void) {
        var index = 0
        Broadcast.forEachOffset(outer, strides: strides) { offsets in
            body(offsets[0] * rows * depth, offsets[1] * depth * columns, index * rows * columns)
            index += 1
        }
    }
}
