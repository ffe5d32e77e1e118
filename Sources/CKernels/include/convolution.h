#ifndef APUS_CONVOLUTION_H
#define APUS_CONVOLUTION_H

#include "gemm.h"

/// Geometry of a two-dimensional window over one NHWC image. Output size along one axis:
/// floor((input + pad_begin + pad_end - dilation·(kernel-1) - 1) / stride) + 1, given by the caller.
typedef struct {
    long height, width, in_channels, out_channels;
    long kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
    long pad_top, pad_left, pad_bottom, pad_right;
    long out_height, out_width;
} apus_window;

/// Some channels of a convolution: out_count output channels from `out`, a multiple of 32, on; in_count input channels from
/// `in` on, in_step apart.
typedef struct {
    long out, out_count, in, in_count, in_step;
} apus_channel_part;

/// Convolution and pooling of one NHWC image (callers loop over the batch).
typedef struct {
    /// Packs weights, element (o, i, y, x) of [out][in][kh][kw] at `w`, into [ceil(out/32)][kh][kw][in][32], zero-padded.
    void (*pack_convolution)(const apus_window *window, const float *w, float *packed);
    /// Floats of `pack_convolution`'s result.
    long (*packed_convolution_size)(const apus_window *window);
    /// Floats of workspace for `convolution` (a ring of padded rows; 0 without padding).
    long (*convolution_workspace)(const apus_window *window);
    /// Direct convolution, any kernel, stride, dilation and padding:
    /// y[out_height][out_width][out_channels] = clamp(x ∗ w + bias). `bias` may be NULL.
    void (*convolution)(const apus_window *window, const float *x, const float *packed, const float *bias,
                        apus_clamp clamp, float *y, float *workspace);

    /// First layer: in_channels = 1, kernel 3×3, stride 1, no padding, fused with clamp and 2×2 max-pooling of stride 2.
    /// w [9][ceil(out/32)·32] (taps by channels, zero-padded), bias [ceil(out/32)·32] zero-padded.
    /// y [(height-2)/2][(width-2)/2][out_channels]; rows and columns that pooling drops are never computed.
    void (*convolution_first_pool)(long height, long width, long out_channels, const float *x, const float *w,
                                   const float *bias, apus_clamp clamp, float *y);

    /// Winograd F(tile×tile, 3×3) (Lavin & Gray 2015), tile 2, 4 or 5, kernel 3×3, stride 1, in_channels a multiple of 16.
    /// Transformed weights [(tile+2)²][ceil(out/32)][in][32].
    long (*winograd_weights_size)(int tile, long in_channels, long out_channels);
    /// Transforms the weights of some of the channels. `w` are floats that need not be aligned, tap t of input channel
    /// part.in + c*part.in_step for output channel part.out + o at w[o*out_stride + c*in_stride + t*tap_stride].
    void (*winograd_weights)(int tile, long in_channels, long out_channels, apus_channel_part part, const void *w,
                             long out_stride, long in_stride, long tap_stride, float *transformed);
    long (*winograd_workspace)(const apus_window *window, int tile, int pool);
    /// y = clamp(x ∗ w + bias), any padding. With `pool` the 2×2 max-pooling of stride 2 is fused:
    /// y is [out_height/2][out_width/2][out_channels].
    void (*winograd)(const apus_window *window, int tile, int pool, const float *x, const float *transformed,
                     const float *bias, apus_clamp clamp, float *y, float *workspace);

    /// Depthwise convolution (in_channels = out_channels = groups): packed weights [kh][kw][channels].
    void (*depthwise)(const apus_window *window, const float *x, const float *w, const float *bias,
                      apus_clamp clamp, float *y);

    /// Pooling over in_channels; padding never wins a maximum; an average divides by the window's full size when
    /// `count_padding`, otherwise by the number of its elements inside the image.
    void (*max_pool)(const apus_window *window, const float *x, float *y);
    void (*average_pool)(const apus_window *window, int count_padding, const float *x, float *y);
} apus_convolution_kernels;

#endif
