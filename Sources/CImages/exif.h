// What a camera wrote about an image, as far as it matters here.
#ifndef APUS_EXIF_H
#define APUS_EXIF_H

#include <stddef.h>
#include <stdint.h>

/// The orientation in a TIFF structure of Exif: 1 to 8; 1 (upright) when there is none, or nothing that can be read.
/// - bytes: [count] from the byte order mark on.
uint32_t apus_exif_orientation(const uint8_t *bytes, size_t count);

#endif
