# How each dependency is found. Why it is there and its version floor: README.md beside this file.
# Static builds set CMAKE_FIND_LIBRARY_SUFFIXES to .a before this.

# fmt: Debian has no static archive, so base/fmt_instances.cpp compiles the non-header part once.
add_library(skiff_fmt INTERFACE)

find_library(RE2 re2 REQUIRED)
add_library(skiff_re2 INTERFACE)
target_link_libraries(skiff_re2 INTERFACE ${RE2} Threads::Threads)

find_library(YAML yaml REQUIRED)
add_library(skiff_yaml INTERFACE)
target_link_libraries(skiff_yaml INTERFACE ${YAML})

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
find_library(DEFLATE deflate REQUIRED)
add_library(skiff_deflate INTERFACE)
target_link_libraries(skiff_deflate INTERFACE ${DEFLATE})
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

# cpp-httplib: the archive that scripts/install-httplib makes; else, in dynamic builds, Debian's shared library.
set(SKIFF_DEPS /usr/local/lib/skiff-deps CACHE PATH "where scripts/install-httplib put its archive")
add_library(skiff_httplib INTERFACE)
find_library(HTTPLIB_ARCHIVE libcpp-httplib.a PATHS ${SKIFF_DEPS}/${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
if(HTTPLIB_ARCHIVE)
  target_include_directories(skiff_httplib BEFORE INTERFACE ${SKIFF_DEPS}/${CMAKE_LIBRARY_ARCHITECTURE}/include)
  target_compile_definitions(skiff_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
  add_library(skiff_httplib_archive STATIC IMPORTED)   # a target, so that what it needs is linked after it
  set_target_properties(skiff_httplib_archive PROPERTIES IMPORTED_LOCATION ${HTTPLIB_ARCHIVE} INTERFACE_LINK_LIBRARIES skiff_openssl)
  target_link_libraries(skiff_httplib INTERFACE skiff_httplib_archive)
elseif(SKIFF_STATIC)
  message(FATAL_ERROR "no static cpp-httplib: run scripts/install-httplib")
else()
  find_library(HTTPLIB cpp-httplib REQUIRED)
  target_compile_definitions(skiff_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT CPPHTTPLIB_BROTLI_SUPPORT)
  target_link_libraries(skiff_httplib INTERFACE ${HTTPLIB} skiff_openssl)
endif()
