"""Makes Tests/ModelFormatsTests/Fixtures/onnx/<network>.{onnx,safetensors}: small networks as PyTorch exports them, by its
older exporter (`…_legacy`) or its newer one (`…_dynamo`), with random input and PyTorch's answer.

Needs torch, onnx, onnxscript and safetensors:  python3 Tests/Fixtures/make_onnx_images.py
"""

import pathlib
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.numpy import save_file

DIRECTORY = pathlib.Path(__file__).parent.parent / "ModelFormatsTests/Fixtures/onnx"


def block(inputs, outputs, kernel=3, stride=1, groups=1, act=nn.ReLU6):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), act())


class Squeeze(nn.Module):
    """Squeeze-and-excitation, with the gates of EfficientNet or of MobileNetV3."""

    def __init__(self, channels, hard):
        super().__init__()
        self.pool, self.hard = nn.AdaptiveAvgPool2d(1), hard
        self.down, self.up = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

    def forward(self, x):
        y = self.down(self.pool(x))
        return x * (F.hardsigmoid(self.up(F.relu(y))) if self.hard else torch.sigmoid(self.up(F.silu(y))))


class Inverted(nn.Module):
    """The inverted residual of MobileNetV2 and its successors."""

    def __init__(self, inputs, outputs, stride, factor, act=nn.ReLU6, squeeze=None, kernel=3):
        super().__init__()
        hidden = inputs * factor
        self.adds = stride == 1 and inputs == outputs
        self.parts = nn.Sequential(
            block(inputs, hidden, 1, act=act), block(hidden, hidden, kernel, stride, hidden, act=act),
            squeeze(hidden) if squeeze else nn.Identity(), nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.parts(x)
        return x + y if self.adds else y


def head(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(channels, 5)]


class UNet(nn.Module):
    """Down and up again, by transposed convolution or by interpolation."""

    def __init__(self, up):
        super().__init__()
        self.up = up
        self.first, self.second, self.middle = block(3, 4), block(4, 8), block(8, 12)
        self.up2, self.up1 = nn.ConvTranspose2d(12, 12, 2, 2), nn.ConvTranspose2d(6, 6, 2, 2)
        self.right2, self.right1, self.last = block(20, 6), block(10, 4), nn.Conv2d(4, 3, 1)

    def larger(self, x, like, layer):
        if self.up == "transposed":
            return layer(x)
        if self.up == "nearest":
            return F.interpolate(x, scale_factor=2, mode="nearest")
        return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=self.up == "corners")

    def forward(self, x):
        a = self.first(x)
        b = self.second(F.max_pool2d(a, 2))
        y = self.middle(F.max_pool2d(b, 2))
        y = self.right2(torch.cat([self.larger(y, b, self.up2), b], 1))
        y = self.right1(torch.cat([self.larger(y, a, self.up1), a], 1))
        return F.softmax(self.last(y), 1)


class Next(nn.Module):
    """A block of ConvNeXt: layer normalisation over channels."""

    def __init__(self):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 8, 4, 4), nn.LayerNorm(8)
        self.depthwise, self.inner = nn.Conv2d(8, 8, 7, padding=3, groups=8), nn.LayerNorm(8, eps=1e-6)
        self.wide, self.narrow, self.scale = nn.Linear(8, 32), nn.Linear(32, 8), nn.Parameter(torch.rand(8))
        self.last = nn.Linear(8, 5)

    def forward(self, x):
        x = self.norm(self.stem(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        y = self.depthwise(x).permute(0, 2, 3, 1)
        y = self.narrow(F.gelu(self.wide(self.inner(y)))) * self.scale
        return self.last((x + y.permute(0, 3, 1, 2)).mean([-2, -1]))


NETWORKS = {
    "mobilenet2_dynamo": ((3, 16, 16), lambda: nn.Sequential(
        block(3, 4, 3, 2), Inverted(4, 4, 1, 2), Inverted(4, 6, 2, 2), block(6, 8, 1), *head(8))),
    "mobilenet3_legacy": ((3, 16, 16), lambda: nn.Sequential(
        block(3, 4, 3, 2, act=nn.Hardswish), Inverted(4, 4, 1, 2, nn.Hardswish, lambda c: Squeeze(c, True), 5), *head(4),
        nn.Hardswish())),
    "efficientnet_legacy": ((3, 16, 16), lambda: nn.Sequential(
        block(3, 4, 3, 2, act=nn.SiLU), Inverted(4, 6, 2, 2, nn.SiLU, lambda c: Squeeze(c, False)), *head(6))),
    "unet_transposed_legacy": ((3, 8, 12), lambda: UNet("transposed")),
    "unet_nearest_dynamo": ((3, 8, 12), lambda: UNet("nearest")),
    "unet_corners_legacy": ((3, 10, 14), lambda: UNet("corners")),
    "unet_bilinear_dynamo": ((3, 10, 14), lambda: UNet("bilinear")),
    "convnext_legacy": ((3, 16, 16), Next), "convnext_dynamo": ((3, 16, 16), Next),
    "generator_dynamo": ((6,), lambda: nn.Sequential(
        nn.Linear(6, 8 * 9), nn.Unflatten(1, (8, 3, 3)), nn.ConvTranspose2d(8, 6, 4, 2, 1, bias=False),
        nn.BatchNorm2d(6), nn.ReLU(), nn.ConvTranspose2d(6, 4, 3, 2, 1, 1), nn.InstanceNorm2d(4, affine=True),
        nn.LeakyReLU(0.2), nn.ReflectionPad2d(2), nn.Conv2d(4, 3, 5), nn.Tanh())),
    "style_dynamo": ((3, 10, 9), lambda: nn.Sequential(
        nn.ReflectionPad2d(1), nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4), nn.PReLU(4), nn.ReplicationPad2d((1, 2, 0, 1)),
        nn.Conv2d(4, 12, 3, 2), nn.GroupNorm(3, 12), nn.ELU(), nn.Upsample(scale_factor=2, mode="bicubic"),
        nn.ZeroPad2d((1, 0, 2, 1)), nn.PixelShuffle(2), nn.Mish(), nn.LocalResponseNorm(3), nn.Hardtanh(), nn.CELU())),
    "volume_legacy": ((2, 6, 8, 6), lambda: nn.Sequential(
        nn.Conv3d(2, 4, 3, padding=1, stride=(1, 2, 1)), nn.BatchNorm3d(4), nn.ReLU(), nn.MaxPool3d(2),
        nn.Conv3d(4, 6, (1, 3, 3), padding=(0, 1, 1), groups=2), nn.ConvTranspose3d(6, 4, 2, 2), nn.AvgPool3d((2, 1, 2)),
        nn.Softplus(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 5))),
}


def export(name, shape, make):
    torch.manual_seed(3)
    model = make()
    for part in model.modules():
        if isinstance(part, (nn.BatchNorm2d, nn.BatchNorm3d)):
            part.running_mean.uniform_(-0.3, 0.3)
            part.running_var.uniform_(0.5, 1.5)
    model.eval()
    x = torch.randn((3,) + shape)
    with torch.no_grad():
        y = model(x)
    path = str(DIRECTORY / f"{name}.onnx")
    names = {"input_names": ["x"], "output_names": ["y"]}
    if name.endswith("dynamo"):
        dimensions = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(
            model, (x,), path, dynamo=True, dynamic_shapes=dimensions, external_data=False, verbose=False, **names)
        shorten(path)
    else:
        torch.onnx.export(
            model, (x,), path, dynamo=False, dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}, opset_version=17, **names)
    save_file({"input.0": x.numpy(), "output.0": y.contiguous().numpy()}, DIRECTORY / f"{name}.safetensors")


def shorten(path):
    """Takes away what the newer exporter says of itself: paths of files and stacks of calls."""
    import onnx

    model = onnx.load(path)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in list(model.graph.value_info) + list(model.graph.input) + list(model.graph.output):
        del value.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    onnx.save(model, path)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    DIRECTORY.mkdir(exist_ok=True)
    for name, (shape, make) in NETWORKS.items():
        export(name, shape, make)
