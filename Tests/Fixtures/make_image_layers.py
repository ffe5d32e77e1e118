"""Makes Tests/ModelFormatsTests/Fixtures/layers/{keras,torch}_*.{json,safetensors}: networks of image-like layers, each as
architecture.json has it, with weights by PyTorch's names, random input and the framework's answer.

Needs keras with TensorFlow, torch and safetensors:  python3 Tests/Fixtures/make_image_layers.py
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import torch
from keras import layers as L
from safetensors.numpy import save_file

DIRECTORY = pathlib.Path(__file__).parent.parent / "ModelFormatsTests/Fixtures/layers"

# What of a Keras layer's settings says nothing about the answer.
IGNORED = {
    "name", "trainable", "dtype", "build_config", "rms_scaling", "renorm", "renorm_momentum", "renorm_clipping", "synchronized", "quantization_config",
    "input_dtype", "kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
    "bias_constraint", "depthwise_regularizer", "pointwise_regularizer", "depthwise_constraint", "pointwise_constraint",
    "alpha_regularizer", "alpha_constraint", "seed", "noise_shape", "lora_rank",
}


def settings(layer):
    result = {}
    for key, value in layer.get_config().items():
        if key in IGNORED or key.endswith(("_initializer", "_regularizer", "_constraint")) or value is None and key != "axis":
            continue
        if isinstance(value, np.ndarray):
            value = value.tolist()
        result[key] = value
    return result


def tensors(layer):
    """The weights of a Keras layer by PyTorch's names and in its layouts."""
    kind, weights = type(layer).__name__, [w.numpy() for w in layer.weights]
    if not weights:
        return {}
    if kind in ("Conv1D", "Conv2D", "Conv3D"):
        names, weights[0] = ["weight", "bias"], np.moveaxis(weights[0], (-1, -2), (0, 1))
    elif kind.endswith("Transpose"):
        names, weights[0] = ["weight", "bias"], np.moveaxis(weights[0], (-1, -2), (0, 1))
    elif kind.startswith("DepthwiseConv"):
        kernel = weights[0]
        names = ["weight", "bias"]
        weights[0] = np.moveaxis(kernel, (-2, -1), (0, 1)).reshape((-1, 1) + kernel.shape[:-2])
    elif kind.startswith("SeparableConv"):
        kernel = weights[0]
        names = ["depthwise.weight", "pointwise.weight", "bias"]
        weights[0] = np.moveaxis(kernel, (-2, -1), (0, 1)).reshape((-1, 1) + kernel.shape[:-2])
        weights[1] = np.moveaxis(weights[1], (-1, -2), (0, 1))
    elif kind == "Dense":
        names, weights[0] = ["weight", "bias"], weights[0].T
    elif kind == "BatchNormalization":
        names = ["weight"] * layer.scale + ["bias"] * layer.center + ["running_mean", "running_var"]
    elif kind == "Normalization":
        names, weights = ["mean", "variance"], [w.reshape(-1) for w in weights[:2]]
    elif kind == "PReLU":
        shape = list(weights[0].shape)
        while len(shape) > 1 and shape[0] == 1:
            shape.pop(0)
        names, weights[0] = ["weight"], weights[0].reshape(shape)
    else:
        hasScale, hasShift = getattr(layer, "scale", True), getattr(layer, "center", True)
        names = ["weight"] * (hasScale is not False) + ["bias"] * (hasShift is not False)
    return {f"{layer.name}.{name}": np.ascontiguousarray(weight) for name, weight in zip(names, weights)}


def save(name, document, values, x, y):
    document = {"name": name, **document}
    (DIRECTORY / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    save_file(
        {k: np.ascontiguousarray(v, dtype=np.float32) for k, v in {**values, "input.0": x, "output.0": y}.items()},
        DIRECTORY / f"{name}.safetensors")
    print(name, x.shape, y.shape, (DIRECTORY / f"{name}.safetensors").stat().st_size)


def keras_model(name, shape, build, batch=3, scale=1.0):
    """A model of one input; `build` takes it and returns the output."""
    keras.utils.set_random_seed(7)
    keras.backend.clear_session()
    rng = np.random.default_rng(5)
    inputs = keras.Input(shape, name="input")
    model = keras.Model(inputs, build(inputs))
    x = (rng.standard_normal((batch,) + shape) * scale).astype("float32")
    described, values = [], {}
    for layer in model.layers[1:]:
        for weight in layer.weights:
            if weight.dtype != "int32" and not weight.name.startswith("count"):
                low = 0.3 if "variance" in weight.name else -0.5
                weight.assign(rng.uniform(low, 0.8, weight.shape).astype("float32"))
        if isinstance(layer, L.Normalization):
            layer.finalize_state()
        before = [tensor._keras_history.operation.name for tensor in layer._inbound_nodes[0].input_tensors]
        described.append({"type": type(layer).__name__, "name": layer.name, "inputs": before, **settings(layer)})
        values.update(tensors(layer))
    save(name, {"input_shape": list(shape), "layers": described}, values, x, model.predict(x, verbose=0))


def chain(*steps):
    def build(x):
        for step in steps:
            x = step(x)
        return x

    return build


def activations(x):
    x = L.Dense(24, name="first")(x)
    names = [
        "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu",
        "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink",
        "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "squareplus", "tanh", "tanh_shrink",
    ]
    parts = [L.Activation(name, name=f"a_{name}")(x) for name in names]
    parts += [
        L.ReLU(max_value=0.7, negative_slope=0.1, threshold=0.2)(x), L.ReLU(max_value=0.4)(x), L.ReLU(threshold=0.3)(x),
        L.ReLU(negative_slope=0.3)(x), L.ReLU(max_value=0.5, negative_slope=0.25)(x), L.LeakyReLU(0.15)(x), L.ELU(0.7)(x),
        L.PReLU()(x),
    ]
    return L.Concatenate(name="joined")(parts)


def normalisations(x):
    y = L.Rescaling([0.5, 1.5, -2.0], offset=0.25)(x)
    y = L.Normalization(axis=-1, name="given", mean=[0.1, 0.2, 0.3], variance=[0.5, 1.5, 2.5])(y)
    y = L.Normalization(axis=(2, 3), name="adapted")(y)
    y = L.Normalization(axis=None, name="whole")(y)
    y = L.Conv2D(6, 3)(y)
    y = L.BatchNormalization(axis=1, name="rows")(y)
    y = L.LayerNormalization()(y)
    y = L.LayerNormalization(axis=[1, 2], name="image")(y)
    y = L.LayerNormalization(axis=[2, 3], center=False, name="trailing")(y)
    y = L.GroupNormalization(groups=3)(y)
    y = L.GroupNormalization(groups=-1, name="instance")(y)
    y = L.GroupNormalization(groups=2, axis=1, scale=False, name="by_rows")(y)
    y = L.RMSNormalization()(y)
    y = L.PReLU(shared_axes=[1, 2])(y)
    y = L.UnitNormalization(axis=[1, 2], name="unit")(y)
    y = L.Softmax(axis=1)(y)
    y = L.Softmax(axis=[1, 2], name="both")(y)
    return L.UnitNormalization()(y)


def poolings(x):
    parts = [
        L.GlobalAveragePooling2D(keepdims=True)(x), L.GlobalMaxPooling2D(keepdims=True)(x),
        L.Conv2D(2, 3, padding="same", strides=2, dilation_rate=1, name="strided")(x), L.AdaptiveAveragePooling2D((4, 3))(x),
        L.AdaptiveAveragePooling2D((2, 3), name="even")(x), L.AdaptiveMaxPooling2D((3, 2))(x),
    ]
    down = [L.Flatten()(part) for part in parts]
    down.append(L.GlobalMaxPooling1D(keepdims=False)(L.Reshape((-1, 2))(x)))
    return L.Concatenate(name="joined")(down)


def volume(x):
    y = L.Conv3D(4, (2, 3, 3), strides=(1, 2, 1), padding="same", activation="relu")(x)
    y = L.Conv3D(6, (3, 2, 1), dilation_rate=(2, 1, 1), groups=2, name="grouped")(y)
    y = L.ZeroPadding3D(((1, 0), (0, 2), (1, 1)))(y)
    y = L.Conv3DTranspose(3, (2, 3, 2), strides=(2, 1, 2), padding="same")(y)
    y = L.BatchNormalization()(y)
    a = L.MaxPooling3D((2, 2, 3), strides=(1, 2, 2), padding="same")(y)
    b = L.AveragePooling3D((2, 2, 3), strides=(1, 2, 2), padding="same")(y)
    y = L.Concatenate(name="joined")([a, b])
    y = L.Cropping3D(((1, 0), (0, 1), (1, 2)))(y)
    y = L.UpSampling3D((1, 2, 2))(y)
    parts = [
        L.GlobalAveragePooling3D()(y), L.GlobalMaxPooling3D()(y), L.Flatten()(L.GlobalMaxPooling3D(keepdims=True)(y)),
    ]
    return L.Concatenate(name="ends")(parts)


def transposed(x):
    y = L.Conv2DTranspose(4, 3, strides=2, padding="same")(x)
    y = L.Conv2DTranspose(3, (3, 2), strides=(2, 3), output_padding=(1, 2), activation="relu", name="padded")(y)
    y = L.Conv2DTranspose(3, (3, 4), strides=2, padding="same", output_padding=(0, 1), name="even")(y)
    y = L.Cropping2D(((1, 20), (3, 40)))(y)
    y = L.Conv2DTranspose(2, 2, dilation_rate=2, padding="same", use_bias=False, name="dilated")(y)
    y = L.Conv2DTranspose(3, 2, strides=3, name="gaps")(y)
    y = L.MaxPooling2D(6)(y)
    return L.UpSampling2D((2, 3), interpolation="bilinear")(L.UpSampling2D(2, name="repeated")(y))


def sequence(x):
    y = L.ZeroPadding1D((1, 2))(x)
    y = L.Conv1DTranspose(4, 3, strides=2, padding="same")(y)
    y = L.DepthwiseConv1D(3, depth_multiplier=2, padding="same")(y)
    y = L.SeparableConv1D(6, 3, depth_multiplier=2, activation="tanh")(y)
    y = L.UpSampling1D(3)(y)
    y = L.Cropping1D((4, 1))(y)
    y = L.AveragePooling1D(4, strides=3, padding="same")(y)
    y = L.LayerNormalization(scale=False)(y)
    return L.Flatten()(L.GlobalAveragePooling1D(keepdims=True)(y))


def separable(x):
    y = L.ZeroPadding2D(((1, 0), (2, 1)))(x)
    y = L.SeparableConv2D(5, 3, padding="same", depth_multiplier=2, dilation_rate=2, activation="hard_silu")(y)
    y = L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, activation="relu6")(y)
    y = L.SeparableConv2D(4, (3, 2), strides=2, use_bias=False, name="small")(y)
    y = L.PReLU()(L.ZeroPadding2D((1, 2), name="even")(y))
    return L.Conv2D(4, 1, activation="mish")(y)


def channels_first():
    """TensorFlow has no channels first on a CPU: the same network with them last, between two turns."""
    keras.utils.set_random_seed(8)
    keras.backend.clear_session()
    rng = np.random.default_rng(6)
    inputs = keras.Input((6, 7, 3), name="input")
    parts = [
        L.Conv2D(4, 3, padding="same", name="conv"), L.MaxPooling2D(2, name="pool"),
        L.Conv2DTranspose(5, 2, strides=2, name="up"), L.ZeroPadding2D(((0, 1), (1, 0)), name="pad"),
        L.GlobalAveragePooling2D(keepdims=True, name="mean"),
    ]
    model = keras.Model(inputs, chain(*parts)(inputs))
    x = rng.standard_normal((3, 6, 7, 3)).astype("float32")
    described, values = [], {}
    for part in parts:
        described.append({"type": type(part).__name__, "name": part.name, **settings(part), "data_format": "channels_first"})
        values.update(tensors(part))
    y = model.predict(x, verbose=0)
    save(
        "keras_channels_first", {"input_shape": [3, 6, 7], "layers": described}, values, x.transpose(0, 3, 1, 2),
        y.transpose(0, 3, 1, 2))


def torch_model():
    torch.manual_seed(3)
    model = torch.nn.Sequential()
    parts = [
        ("conv", torch.nn.Conv3d(2, 6, (3, 2, 3), stride=(2, 1, 1), padding=(1, 0, 2), groups=2)),
        ("norm", torch.nn.BatchNorm3d(6)), ("prelu", torch.nn.PReLU(6)),
        ("up", torch.nn.ConvTranspose3d(6, 4, (2, 3, 2), stride=2, padding=(0, 1, 1), output_padding=(0, 1, 0), groups=2)),
        ("group", torch.nn.GroupNorm(2, 4)), ("pool", torch.nn.AvgPool3d(2)),
    ]
    for name, part in parts:
        model.add_module(name, part)
    with torch.no_grad():
        for parameter in list(model.parameters()) + [model.norm.running_mean]:
            parameter.uniform_(-0.5, 0.8)
        model.norm.running_var.uniform_(0.3, 1.5)
    model.eval()
    x = torch.randn(3, 2, 5, 4, 5)
    with torch.no_grad():
        y = model(x)
    document = {
        "initialization": "pytorch", "input_shape": [5, 4, 5, 2],
        "layers": [
            {"type": "Conv3d", "name": "conv", "filters": 6, "kernel_size": [3, 2, 3], "strides": [2, 1, 1],
             "padding": [1, 0, 2], "groups": 2},
            {"type": "BatchNorm3d", "name": "norm"}, {"type": "PReLU", "name": "prelu", "shared_axes": [1, 2, 3]},
            {"type": "ConvTranspose3d", "name": "up", "filters": 4, "kernel_size": [2, 3, 2], "strides": 2,
             "padding": [0, 1, 1], "output_padding": [0, 1, 0], "groups": 2},
            {"type": "GroupNorm", "name": "group", "groups": 2}, {"type": "AvgPool3d", "name": "pool"},
        ],
    }
    values = {k: v.numpy() for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    save("torch_volume", document, values, x.permute(0, 2, 3, 4, 1).numpy(), y.permute(0, 2, 3, 4, 1).numpy())


if __name__ == "__main__":
    keras_model("keras_transposed", (5, 4, 3), transposed)
    keras_model("keras_sequence", (7, 3), sequence)
    keras_model("keras_separable", (9, 8, 3), separable)
    keras_model("keras_poolings", (6, 6, 4), poolings)
    keras_model("keras_volume", (6, 6, 5, 2), volume)
    keras_model("keras_normalisations", (6, 7, 3), normalisations)
    keras_model("keras_activations", (5,), activations)
    channels_first()
    torch_model()
