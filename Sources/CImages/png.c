#include "CImages.h"
#include "exif.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/// Largest ancillary chunk that is kept in memory: 8 MiB.
#define CHUNK_LIMIT (8u << 20)

struct source {
    const uint8_t *bytes;
    size_t count, offset;
    struct apus_image *image;
};

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    struct source *source = png_get_io_ptr(png);
    if (count > source->count - source->offset) png_error(png, "the file ends too early");
    memcpy(target, source->bytes + source->offset, count);
    source->offset += count;
}

static void fail(png_structp png, png_const_charp message) {
    struct source *source = png_get_error_ptr(png);
    strncpy(source->image->error, message, APUS_IMAGE_ERROR_SIZE - 1);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp message) { (void)png, (void)message; }

/// Asks for 8 bits, 1 or 3 channels, and one more where there is transparency.
static void simplify(png_structp png, png_infop info) {
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

static uint32_t orientation(png_structp png, png_infop info) {
    png_bytep exif = NULL;
    png_uint_32 count = 0;
    return png_get_eXIf_1(png, info, &count, &exif) ? apus_exif_orientation(exif, count) : 1;
}

/// Whether pixels of `channels` colours and their opacity differ in the latter alone.
static int is_stencil(const uint8_t *source, size_t count, size_t channels) {
    int differs = 0;
    for (size_t pixel = 1; pixel < count; pixel++) {
        const uint8_t *other = source + pixel * (channels + 1);
        if (memcmp(source, other, channels)) return 0;
        differs |= source[channels] != other[channels];
    }
    return differs;
}

/// Takes the opacity out of pixels, or draws those that are nothing without it.
static void flatten(const uint8_t *source, size_t count, size_t channels, uint8_t *pixels) {
    int is_drawn = is_stencil(source, count, channels);
    int light = 0;
    for (size_t channel = 0; channel < channels; channel++) light += source[channel];
    int paper = light >= 128 * (int)channels ? 0 : 255;
    for (size_t pixel = 0; pixel < count; pixel++, source += channels + 1) {
        int opacity = is_drawn ? source[channels] : 255;
        for (size_t channel = 0; channel < channels; channel++)
            *pixels++ = (uint8_t)((source[channel] * opacity + paper * (255 - opacity) + 127) / 255);
    }
}

int apus_png_read(const uint8_t *bytes, size_t count, uint64_t limit, struct apus_image *image, uint8_t *pixels,
                  size_t capacity) {
    struct source source = {bytes, count, 0, image};
    memset(image, 0, sizeof *image);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, fail, warn);
    if (!png) return -1;
    png_infop info = NULL;
    // Written after setjmp, so not to be kept in a register over longjmp.
    png_bytep *volatile rows = NULL;
    uint8_t *volatile translucent = NULL;
    if (setjmp(png_jmpbuf(png))) {
        free((void *)rows);
        free(translucent);
        png_destroy_read_struct(&png, &info, NULL);
        return -1;
    }
    info = png_create_info_struct(png);
    if (!info) png_error(png, "out of memory");
    png_set_read_fn(png, &source, read_bytes);
    png_set_user_limits(png, 65535, 65535);
    png_set_chunk_malloc_max(png, CHUNK_LIMIT);
    png_set_chunk_cache_max(png, 64);
    png_read_info(png, info);
    image->height = png_get_image_height(png, info);
    image->width = png_get_image_width(png, info);
    if ((uint64_t)image->height * image->width > limit) png_error(png, "too many pixels");
    simplify(png, info);
    image->orientation = orientation(png, info);
    size_t depth = png_get_channels(png, info);
    int has_opacity = depth == 2 || depth == 4;
    image->channels = (uint32_t)depth - (has_opacity ? 1 : 0);
    size_t count_of_pixels = (size_t)image->height * image->width;
    size_t stride = png_get_rowbytes(png, info);
    if ((image->channels != 1 && image->channels != 3) || stride != image->width * depth)
        png_error(png, "an unknown kind of pixels");
    if (pixels) {
        if (capacity != count_of_pixels * image->channels) png_error(png, "the size changed");
        rows = malloc(image->height * sizeof(png_bytep));
        if (has_opacity) translucent = malloc(stride * image->height);
        if (!rows || (has_opacity && !translucent)) png_error(png, "out of memory");
        uint8_t *target = has_opacity ? translucent : pixels;
        for (uint32_t row = 0; row < image->height; row++) rows[row] = target + row * stride;
        png_read_image(png, rows);
        png_read_end(png, NULL);
        if (has_opacity) flatten(translucent, count_of_pixels, image->channels, pixels);
    }
    free((void *)rows);
    free(translucent);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}
