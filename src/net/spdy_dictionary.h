// The preset zlib dictionary of SPDY/3 header blocks (SPDY Protocol, Draft 3, section 2.6.10.1). Its Adler-32 is 0xe3c6a7c2.
#pragma once

#include <string>

namespace skiff::net {

const std::string& spdy_dictionary();

}  // namespace skiff::net
