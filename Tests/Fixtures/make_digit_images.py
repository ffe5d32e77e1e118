"""Makes digit-dark.png: the digit of models/digits-cnn/example.png as dark ink on light paper, as a photograph has it.

    python Tests/Fixtures/make_digit_images.py

Needs numpy and Pillow. Five times as large, with light that falls off to one side, and with noise.
"""

import pathlib

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SIZE = 140

digit = Image.open(ROOT / "models/digits-cnn/example.png")
ink = np.asarray(digit.resize((SIZE, SIZE), Image.Resampling.BICUBIC), dtype=np.float64) / 255
light = np.linspace(250, 232, SIZE)[None, :]
photograph = light * (1 - 0.92 * ink) + np.random.default_rng(7).normal(0, 4, ink.shape)
image = Image.fromarray(np.clip(photograph, 0, 255).astype(np.uint8))
image.save(pathlib.Path(__file__).with_name("digit-dark.png"), optimize=True)
