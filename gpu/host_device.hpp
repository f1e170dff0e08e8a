// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernel bodies are written once: nvcc compiles them for the device, any C++ compiler for the tests. This is the only
// place that asks which of the two is at work.
#ifdef __CUDACC__
#define SEXTANT_HOST_DEVICE __host__ __device__
#else
#define SEXTANT_HOST_DEVICE
#endif
