"""Makes the images of Tests/PreprocessingTests/Fixtures that a camera held otherwise, and those of nothing but opacity.

    python Tests/Fixtures/make_turned_images.py

Needs numpy and Pillow. `turned<n>.png` are the same picture in each of Exif's orientations, `turned.png.raw` its pixels
upright; `turned6.jpg` with Pillow's own. `ink.png` is black ink on a clear canvas as browsers make it, `chalk.png` white.
"""

import pathlib

import numpy as np
from PIL import Image, ImageOps

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "PreprocessingTests/Fixtures"
ORIENTATION = 0x0112
# What undoes each orientation's turn.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}

pixels = np.random.default_rng(5).integers(0, 256, (7, 5, 3), dtype=np.uint8)
picture = Image.fromarray(pixels)
(FIXTURES / "turned.png.raw").write_bytes(pixels.tobytes())
for number in range(1, 9):
    exif = Image.Exif()
    exif[ORIENTATION] = number
    turned = picture.transpose(TURNS[number]) if number in TURNS else picture
    turned.save(FIXTURES / f"turned{number}.png", exif=exif)
    if number == 6:
        turned.save(FIXTURES / "turned6.jpg", exif=exif, quality=95, subsampling=0)
upright = ImageOps.exif_transpose(Image.open(FIXTURES / "turned6.jpg"))
(FIXTURES / "turned6.jpg.raw").write_bytes(np.asarray(upright).tobytes())
for number in range(1, 9):
    assert (np.asarray(ImageOps.exif_transpose(Image.open(FIXTURES / f"turned{number}.png"))) == pixels).all()

opacity = np.random.default_rng(6).integers(0, 256, (7, 5), dtype=np.uint8)
for name, color, paper in (("ink", 0, 255), ("chalk", 255, 0)):
    image = np.full((7, 5, 4), color, np.uint8)
    image[..., 3] = opacity
    Image.fromarray(image).save(FIXTURES / f"{name}.png")
    canvas = Image.new("RGBA", (5, 7), (paper, paper, paper, 255))
    canvas.alpha_composite(Image.fromarray(image))
    (FIXTURES / f"{name}.png.raw").write_bytes(np.asarray(canvas.convert("RGB")).tobytes())
