// An object of a built-in kind as the API server makes it, for tests of the kinds' hooks.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"

// Decoded, with defaults and prepared for its creation with uid "u-1" in namespace "ns".
skiff::json::Value made(std::string_view group, std::string_view version, std::string_view kind, std::string_view text);
// What validation says of it: "path: message", in the order found.
std::vector<std::string> complaints(std::string_view group, std::string_view version, std::string_view kind, std::string_view text);
// What validation says of changing one into the other.
std::vector<std::string> update_complaints(std::string_view group, std::string_view version, std::string_view kind, std::string_view old_text,
                                           std::string_view text);
// The cells of `kubectl get` at 2026-01-01T01:00:00Z, of the object as it is.
std::vector<std::string> cells(std::string_view group, std::string_view version, std::string_view kind, std::string_view text);
