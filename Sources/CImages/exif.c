#include "exif.h"

#include <string.h>

#define UPRIGHT 1
#define ORIENTATION_TAG 0x112
#define SHORT_TYPE 3
#define ENTRY_SIZE 12

/// A number of `size` bytes at `place`, which must be there.
static uint32_t number(const uint8_t *bytes, size_t place, size_t size, int is_big) {
    uint32_t value = 0;
    for (size_t index = 0; index < size; index++)
        value = value << 8 | bytes[place + (is_big ? index : size - 1 - index)];
    return value;
}

uint32_t apus_exif_orientation(const uint8_t *bytes, size_t count) {
    if (count < 8) return UPRIGHT;
    int is_big = !memcmp(bytes, "MM\0*", 4);
    if (!is_big && memcmp(bytes, "II*\0", 4)) return UPRIGHT;
    size_t place = number(bytes, 4, 4, is_big);
    if (place > count - 2) return UPRIGHT;
    size_t entries = number(bytes, place, 2, is_big);
    place += 2;
    for (; entries > 0 && count - place >= ENTRY_SIZE; entries--, place += ENTRY_SIZE) {
        if (number(bytes, place, 2, is_big) != ORIENTATION_TAG) continue;
        uint32_t value = number(bytes, place + 8, 2, is_big);
        int is_known = number(bytes, place + 2, 2, is_big) == SHORT_TYPE && value >= 1 && value <= 8;
        return is_known ? value : UPRIGHT;
    }
    return UPRIGHT;
}
