#include "CImages.h"
#include "exif.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// Most scans of a progressive file: an honest one has about 10, a hostile one makes each decode the whole image.
#define SCAN_LIMIT 100
/// Memory the library may take beside the pixels: 512 MiB.
#define MEMORY_LIMIT (512l << 20)

struct failure {
    struct jpeg_error_mgr manager;
    struct apus_image *image;
    jmp_buf place;
};

static void fail(j_common_ptr decoder) {
    struct failure *failure = (struct failure *)decoder->err;
    char text[JMSG_LENGTH_MAX];
    failure->manager.format_message(decoder, text);
    strncpy(failure->image->error, text, APUS_IMAGE_ERROR_SIZE - 1);
    longjmp(failure->place, 1);
}

static void refuse(j_decompress_ptr decoder, const char *message) {
    struct failure *failure = (struct failure *)decoder->err;
    strncpy(failure->image->error, message, APUS_IMAGE_ERROR_SIZE - 1);
    longjmp(failure->place, 1);
}

/// The library fills up what is missing with grey and goes on; a file that ends too early is no image here.
static void note(j_common_ptr decoder, int level) {
    if (level >= 0) return;
    int code = decoder->err->msg_code;
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER) refuse((j_decompress_ptr)decoder, "the file ends too early");
}

static void watch(j_common_ptr decoder) {
    if (((j_decompress_ptr)decoder)->input_scan_number > SCAN_LIMIT)
        refuse((j_decompress_ptr)decoder, "too many scans");
}

/// The most of each Exif marker that is kept: the orientation stands at its beginning. Bytes.
#define EXIF_LIMIT 4096

static uint32_t orientation(j_decompress_ptr decoder) {
    static const uint8_t name[6] = "Exif\0";
    for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker; marker = marker->next)
        if (marker->data_length > sizeof name && !memcmp(marker->data, name, sizeof name))
            return apus_exif_orientation(marker->data + sizeof name, marker->data_length - sizeof name);
    return 1;
}

/// Reads a row of CMYK as Adobe stores it, inverted, into RGB.
static void read_cmyk(j_decompress_ptr decoder, uint8_t *ink, uint8_t *pixels) {
    JSAMPROW row = ink;
    jpeg_read_scanlines(decoder, &row, 1);
    for (JDIMENSION x = 0; x < decoder->output_width; x++)
        for (int channel = 0; channel < 3; channel++)
            pixels[3 * x + channel] = (uint8_t)(ink[4 * x + channel] * ink[4 * x + 3] / 255);
}

int apus_jpeg_read(const uint8_t *bytes, size_t count, uint64_t limit, struct apus_image *image, uint8_t *pixels,
                   size_t capacity) {
    struct jpeg_decompress_struct decoder;
    struct jpeg_progress_mgr progress;
    struct failure failure;
    // Written after setjmp, so not to be kept in a register over longjmp.
    uint8_t *volatile ink = NULL;
    memset(image, 0, sizeof *image);
    memset(&decoder, 0, sizeof decoder);
    memset(&progress, 0, sizeof progress);
    decoder.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = fail;
    failure.manager.emit_message = note;
    failure.image = image;
    if (setjmp(failure.place)) {
        free(ink);
        jpeg_destroy_decompress(&decoder);
        return -1;
    }
    jpeg_create_decompress(&decoder);
    decoder.mem->max_memory_to_use = MEMORY_LIMIT;
    progress.progress_monitor = watch;
    decoder.progress = &progress;
    jpeg_mem_src(&decoder, bytes, count);
    jpeg_save_markers(&decoder, JPEG_APP0 + 1, EXIF_LIMIT);
    jpeg_read_header(&decoder, TRUE);
    image->orientation = orientation(&decoder);
    image->height = decoder.image_height;
    image->width = decoder.image_width;
    if ((uint64_t)image->height * image->width > limit) refuse(&decoder, "too many pixels");
    int is_cmyk = decoder.jpeg_color_space == JCS_CMYK || decoder.jpeg_color_space == JCS_YCCK;
    int is_grey = decoder.jpeg_color_space == JCS_GRAYSCALE;
    decoder.out_color_space = is_cmyk ? JCS_CMYK : is_grey ? JCS_GRAYSCALE : JCS_RGB;
    image->channels = is_grey ? 1 : 3;
    if (pixels) {
        size_t stride = (size_t)image->width * image->channels;
        if (capacity != stride * image->height) refuse(&decoder, "the size changed");
        if (is_cmyk && !(ink = malloc(4 * (size_t)image->width))) refuse(&decoder, "out of memory");
        jpeg_start_decompress(&decoder);
        while (decoder.output_scanline < decoder.output_height) {
            JSAMPROW row = pixels + decoder.output_scanline * stride;
            if (is_cmyk) read_cmyk(&decoder, ink, row);
            else jpeg_read_scanlines(&decoder, &row, 1);
        }
        jpeg_finish_decompress(&decoder);
    }
    free(ink);
    jpeg_destroy_decompress(&decoder);
    return 0;
}
