# Warnings, sanitizers and include root for every target of the project.
find_program(CCACHE ccache)
if(CCACHE)
  # Without the sloppiness it takes no file that uses a precompiled header. By preprocessed text, rather
  # than by the files read, it would give out a precompiled header from before a change of comments: GCC
  # then no longer knows the file behind `#pragma once` and compiles it twice. The namespace leaves such
  # entries behind.
  set(launcher env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_DEPEND=1 CCACHE_NAMESPACE=coney-depend ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()
find_package(Threads REQUIRED)

add_library(coney_options INTERFACE)
target_include_directories(coney_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(coney_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers)  # designated initializers leave fields at their defaults
target_compile_definitions(coney_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  CONEY_VERSION="${PROJECT_VERSION}")
target_link_libraries(coney_options INTERFACE Threads::Threads)
if(CONEY_SANITIZE)
  target_compile_options(coney_options INTERFACE -fsanitize=${CONEY_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(coney_options INTERFACE -fsanitize=${CONEY_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CONEY_SANITIZE MATCHES "address")
    target_compile_definitions(coney_options INTERFACE __SANITIZE_ADDRESS__)  # as GCC does
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # What Clang precompiles says the times of its files otherwise, and is of use to one checkout only.
  target_compile_options(coney_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(coney_options INTERFACE -fno-plt)
endif()
# GCC 12 sees uninitialized members in moved variants and out-of-bounds copies in inlined strings
# where there are none.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(coney_options INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds
    -Wno-stringop-overread -Wno-stringop-overflow)
endif()

# Tests and what is around them spend their time in the libraries: under sanitizers, where half the
# time to compile is optimisation, they go without.
function(coney_sanitized_plainly target)
  if(CONEY_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()
