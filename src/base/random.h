// Randomness from getrandom(2). Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace skiff {

std::string random_bytes(size_t count);
uint64_t random_u64();
// RFC 4122 version 4, lower case.
std::string random_uuid();
// The alphabet of generated names, bcdfghjklmnpqrstvwxz2456789 (k8s.io/apimachinery util/rand).
std::string random_name_suffix(size_t length);

}  // namespace skiff
