// zlib's own header; the module map links the library.
#include <zlib.h>
