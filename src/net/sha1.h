// SHA-1 (RFC 3174), for the WebSocket handshake alone, which demands it. Not for anything that must be secure.
#pragma once

#include <string>
#include <string_view>

namespace skiff::net {

std::string sha1(std::string_view bytes);   // 20 raw bytes

}  // namespace skiff::net
