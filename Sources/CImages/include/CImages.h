// Images from bytes nobody checked, by libpng and libjpeg-turbo. Both libraries report errors by longjmp, which must
// not cross Swift's frames: here it ends in the C function that called them, which returns an error instead.
#ifndef APUS_IMAGES_H
#define APUS_IMAGES_H

#include <stddef.h>
#include <stdint.h>

/// Bytes of an error text with its final zero.
#define APUS_IMAGE_ERROR_SIZE 200

/// What an image is when it is decoded: 8 bits a channel, 1 channel (grey) or 3 (red, green, blue), row after row as the
/// file has them. Transparency is dropped, except from images of one colour, which are nothing without it: they are drawn
/// on white, and on black when their colour is a light one.
struct apus_image {
    uint32_t height, width, channels;
    /// How the image is to be turned, as Exif numbers it: 1 (not at all) to 8.
    uint32_t orientation;
    /// The library's words when it failed, ended by a zero.
    char error[APUS_IMAGE_ERROR_SIZE];
};

/// Reads a PNG (any of its types; 16 bits are scaled to 8, palettes looked up).
/// - bytes: [count] the file.
/// - image: out: size and channels, or the error.
/// - pixels: out: [height, width, channels] when it is not NULL, which needs `capacity` to be exactly that many bytes.
/// - limit: most pixels (height x width) that are accepted.
/// Returns 0 for an image and -1 for an error.
int apus_png_read(const uint8_t *bytes, size_t count, uint64_t limit, struct apus_image *image, uint8_t *pixels,
                  size_t capacity);

/// The same for a JPEG: baseline or progressive, grey, YCbCr, RGB, CMYK.
int apus_jpeg_read(const uint8_t *bytes, size_t count, uint64_t limit, struct apus_image *image, uint8_t *pixels,
                   size_t capacity);

#endif
