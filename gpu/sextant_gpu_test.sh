#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The worker starts with or without a driver, and says in one line which it is.
line=$("$1" --availability)
code=$?
echo "exit code $code: $line"
case "$code:$line" in
  0:ready) exit 0 ;;
  "77:no CUDA device: "*) exit 0 ;;
esac
exit 1
