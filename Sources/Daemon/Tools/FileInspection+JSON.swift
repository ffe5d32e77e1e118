import JSON
import ModelFormats

extension FileInspection {
    /// For programs: one JSON object.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let model {
            model.writeMembers(to: &writer)
        } else {
            writer.member("format", contents.format)
            writer.member("inputs", contents.inputs)
            writer.member("outputs", contents.outputs)
            writer.member("file_bytes", fileBytes)
        }
        writer.key("facts")
        writer.beginObject()
        for fact in contents.facts { writer.member(fact.name, fact.value) }
        writer.endObject()
        writer.key("model")
        writer.append(contents.isModel)
        writer.key("loadable")
        writer.append(contents.isModel && contents.problems.isEmpty)
        writer.member("problems", contents.problems)
        writer.key("layers")
        writer.beginArray()
        for part in contents.parts { write(part, to: &writer) }
        writer.endArray()
        writer.key("tensors")
        writer.beginArray()
        for tensor in contents.tensors { write(tensor, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func write(_ part: FileContents.Part, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", part.type)
        writer.member("name", part.name)
        if !part.shape.isEmpty { writer.member("shape", part.shape) }
        writer.endObject()
    }

    private func write(_ tensor: FileContents.Entry, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", tensor.name)
        writer.member("dtype", tensor.dtype)
        writer.key("shape")
        writer.beginArray()
        for size in tensor.shape { writer.append(size) }
        writer.endArray()
        writer.member("bytes", tensor.byteCount)
        writer.endObject()
    }
}
