#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a program on two ranks; skips (77) where there is no mpirun or it refuses to start anything.
# With --no-job the program gets an empty standard input: the worker must end all its ranks then, not hang.
program=$1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
if ! command -v mpirun >/dev/null; then
  echo "skipped: mpirun is not on PATH, install openmpi-bin"
  exit 77
fi
if ! mpirun -n 2 --oversubscribe --bind-to none true </dev/null; then
  echo "skipped: mpirun refuses to start two processes here"
  exit 77
fi
if [ "$2" = --no-job ]; then
  timeout 200 mpirun -n 2 --oversubscribe --bind-to none "$program" </dev/null
  [ $? -ne 124 ] # any exit code is right, but it has to exit
else
  exec timeout 250 mpirun -n 2 --oversubscribe --bind-to none "$program"
fi
