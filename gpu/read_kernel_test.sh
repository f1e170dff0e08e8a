#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Static check of the read kernel: its loads are 128 bits wide and bypass L1, eight of them stand together, and nothing
# spills to local memory. Arguments: nvcc, the root of the sources, a folder to write to.
nvcc=$1 sources=$2 folder=$3
if ! command -v "$nvcc" >/dev/null; then
  echo "skipped: nvcc not found"
  exit 77
fi
ptx=$folder/read_kernel.ptx
"$nvcc" -std=c++20 -O3 -arch=sm_90 -I"$sources" -ptx "$sources/gpu/read_kernel.cu" -o "$ptx" || exit 1

wide=$(grep -c 'ld\.global\.cg\.v4' "$ptx")
narrow=$(grep 'ld\.global' "$ptx" | grep -vc 'ld\.global\.cg\.v4')
local=$(grep -c '[ls][dt]\.local' "$ptx")
echo "loads: $wide of 128 bits past L1, $narrow others; accesses to local memory: $local"
[ "$wide" -ge 9 ] && [ "$narrow" -eq 0 ] && [ "$local" -eq 0 ]
