# How each dependency is found. Why it is there and its version floor: README.md beside this file.
# Static builds set CMAKE_FIND_LIBRARY_SUFFIXES to .a before this.

# fmt: Debian has no static archive, so base/fmt_instances.cpp compiles the non-header part once.
add_library(skiff_fmt INTERFACE)

find_library(YAML_CPP yaml-cpp REQUIRED)
add_library(skiff_yaml INTERFACE)
target_link_libraries(skiff_yaml INTERFACE ${YAML_CPP})

add_library(skiff_boost INTERFACE)  # Asio and Beast are header-only
target_compile_definitions(skiff_boost INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY)

find_library(SSL ssl REQUIRED)
find_library(CRYPTO crypto REQUIRED)
add_library(skiff_openssl INTERFACE)
target_link_libraries(skiff_openssl INTERFACE ${SSL} ${CRYPTO} ${CMAKE_DL_LIBS} Threads::Threads)

find_library(SQLITE sqlite3 REQUIRED)
add_library(skiff_sqlite INTERFACE)
target_link_libraries(skiff_sqlite INTERFACE ${SQLITE} ${CMAKE_DL_LIBS} m)

find_library(ZLIB z REQUIRED)
add_library(skiff_zlib INTERFACE)
target_link_libraries(skiff_zlib INTERFACE ${ZLIB})

find_library(ZSTD zstd REQUIRED)
find_library(ARCHIVE archive REQUIRED)
add_library(skiff_archive INTERFACE)
# Of libarchive only tar, gzip and zstd are used; with --gc-sections the static archive then needs no further library.
target_link_libraries(skiff_archive INTERFACE ${ARCHIVE} ${ZSTD} ${ZLIB})

find_library(SECCOMP seccomp REQUIRED)
add_library(skiff_seccomp INTERFACE)
target_link_libraries(skiff_seccomp INTERFACE ${SECCOMP})

add_library(skiff_cli11 INTERFACE)   # header-only
add_library(skiff_httplib INTERFACE) # see net/blocking_client.cpp
