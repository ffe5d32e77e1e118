#include "CImages.h"

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

/// Asks for 8 bits, 1 or 3 channels.
static void simplify(png_structp png, png_infop info) {
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
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
    if (setjmp(png_jmpbuf(png))) {
        free((void *)rows);
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
    image->channels = png_get_channels(png, info);
    size_t stride = png_get_rowbytes(png, info);
    if ((image->channels != 1 && image->channels != 3) || stride != (size_t)image->width * image->channels)
        png_error(png, "an unknown kind of pixels");
    if (pixels) {
        if (capacity != stride * image->height) png_error(png, "the size changed");
        rows = malloc(image->height * sizeof(png_bytep));
        if (!rows) png_error(png, "out of memory");
        for (uint32_t row = 0; row < image->height; row++) rows[row] = pixels + row * stride;
        png_read_image(png, rows);
        png_read_end(png, NULL);
    }
    free((void *)rows);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}
