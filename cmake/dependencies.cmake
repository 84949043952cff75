# Every third-party library that the engine links. Debian packages bring all of them but cpp-httplib, whose Debian
# package is a shared library only: its single header comes from build/deps (scripts/install-deps.sh), or is fetched.
if(POLYARCH_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(ZLIB_USE_STATIC_LIBS ON)
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_path(FMT_INCLUDE_DIR fmt/core.h REQUIRED)
find_path(SPDLOG_INCLUDE_DIR spdlog/spdlog.h REQUIRED)
find_package(CLI11 REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_library(CRYPT_LIBRARY crypt REQUIRED)

add_library(zstd INTERFACE)
target_link_libraries(zstd INTERFACE ${ZSTD_LIBRARY})
add_library(crypt INTERFACE)
target_link_libraries(crypt INTERFACE ${CRYPT_LIBRARY})
# Debian has no static libfmt: header-only, compiled once into the precompiled header.
add_library(fmt INTERFACE)
target_include_directories(fmt SYSTEM INTERFACE ${FMT_INCLUDE_DIR})
target_compile_definitions(fmt INTERFACE FMT_HEADER_ONLY)

# Header-only, on top of the fmt library that we link anyway.
add_library(spdlog INTERFACE)
target_include_directories(spdlog SYSTEM INTERFACE ${SPDLOG_INCLUDE_DIR})
target_compile_definitions(spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_link_libraries(spdlog INTERFACE fmt)

find_path(HTTPLIB_INCLUDE_DIR httplib.h PATHS ${PROJECT_SOURCE_DIR}/build/deps NO_DEFAULT_PATH)
if(NOT HTTPLIB_INCLUDE_DIR)
  message(FATAL_ERROR "build/deps/httplib.h is missing: run scripts/install-deps.sh --build")
endif()
add_library(httplib INTERFACE)
target_include_directories(httplib SYSTEM INTERFACE ${HTTPLIB_INCLUDE_DIR})
# A longer line would overflow the stack in the library's regular expressions; poll knows no limit of descriptors; bodies
# are read in larger pieces, for fewer system calls. Client and server are one program: both must be built alike.
target_compile_definitions(httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_MAX_LINE_LENGTH=8192 CPPHTTPLIB_USE_POLL
                                             CPPHTTPLIB_RECV_BUFSIZ=size_t\(65536\))
target_link_libraries(httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
