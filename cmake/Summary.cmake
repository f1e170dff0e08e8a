# SPDX-License-Identifier: Apache-2.0
message(STATUS "Sextant ${PROJECT_VERSION}: what will be built")
foreach(family STORAGE NET GPU)
  get_property(sentence GLOBAL PROPERTY SEXTANT_${family}_SENTENCE)
  message(STATUS "  ${family}: ${sentence}")
endforeach()
