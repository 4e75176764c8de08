// Base64 (RFC 4648 with padding, and the URL alphabet without), hex, and percent encoding (RFC 3986). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skiff {

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);      // strict; newlines are not accepted
std::string base64url_encode(std::string_view bytes);                  // no padding, as in JWT
std::optional<std::string> base64url_decode(std::string_view text);
std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);
std::string percent_encode(std::string_view text);                     // keeps unreserved characters
std::optional<std::string> percent_decode(std::string_view text);
std::optional<std::string> query_decode(std::string_view text);        // the same, and '+' is a space

}  // namespace skiff
