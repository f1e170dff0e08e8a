# SPDX-License-Identifier: Apache-2.0
include(CheckLanguage)

# Sets <found> to whether a CUDA compiler works here, and <sentence> to why not. Sets CMAKE_CUDA_ARCHITECTURES, which has to
# be known before the language is enabled ("native" would need a device).
macro(sextant_find_cuda found sentence)
  set(${found} FALSE)
  set(${sentence} "nvcc not found when Sextant was built; install the CUDA toolkit and build again")
  find_program(SEXTANT_NVCC nvcc
    HINTS ENV CUDA_HOME ENV CUDA_PATH /usr/local/cuda /opt/cuda /usr/lib/nvidia-cuda-toolkit PATH_SUFFIXES bin)
  if(DEFINED ENV{CUDACXX})
    set(SEXTANT_NVCC $ENV{CUDACXX})
  endif()
  if(SEXTANT_NVCC)
    execute_process(COMMAND ${SEXTANT_NVCC} --version OUTPUT_VARIABLE nvcc_says ERROR_QUIET RESULT_VARIABLE nvcc_ended)
    string(REGEX MATCH "release ([0-9]+\\.[0-9]+)" nvcc_release "${nvcc_says}")
    set(nvcc_release "${CMAKE_MATCH_1}")
    if(NOT nvcc_ended STREQUAL "0" OR nvcc_release STREQUAL "")
      set(${sentence} "the nvcc that was found does not run; repair the CUDA toolkit or CUDACXX and build again")
    elseif(nvcc_release VERSION_LESS 12.0)
      set(${sentence} "nvcc ${nvcc_release} cannot compile C++20; install CUDA 12 or newer and build again")
    else()
      if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
        set(CMAKE_CUDA_ARCHITECTURES 80 90)  # Ampere, Hopper
        if(nvcc_release VERSION_GREATER_EQUAL 12.8)
          list(APPEND CMAKE_CUDA_ARCHITECTURES 100)  # Blackwell
        endif()
      endif()
      set(ENV{CUDACXX} ${SEXTANT_NVCC})
      check_language(CUDA)
      if(CMAKE_CUDA_COMPILER)
        set(${found} TRUE)
      else()
        set(${sentence} "nvcc ${nvcc_release} does not work with this C++ compiler; set CUDAHOSTCXX and build again")
      endif()
    endif()
  endif()
endmacro()
