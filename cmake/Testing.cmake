# SPDX-License-Identifier: Apache-2.0
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  find_package(rapidcheck CONFIG QUIET)
  include(GoogleTest)
endif()

# sextant_unit_test(NAME <name> SOURCES <files...> LIBRARIES <targets...>)
# One executable per folder; the tests inside are listed by CTest one by one.
function(sextant_unit_test)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${arg_NAME} PRIVATE SEXTANT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 takes braced temporaries with strings inside for uninitialised at -O3; clang and the sanitizers watch the real ones.
    target_compile_options(${arg_NAME} PRIVATE -Wno-maybe-uninitialized)
  endif()
  gtest_discover_tests(${arg_NAME} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
