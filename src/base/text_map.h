// Hash tables whose keys are text. Clients choose most of it, and the standard library's hash has no secret: some 50 000 label keys that all
// fall into one bucket took 18 s. TextHash is SipHash-1-3 (Aumasson and Bernstein, 2012) with a key drawn when the process starts.
// The same threads as the standard containers.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace skiff {

struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const;   // not noexcept: so the containers keep each key's hash
};

template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;
template <typename T>
using TextViewMap = std::unordered_map<std::string_view, T, TextHash, std::equal_to<>>;   // the text lives elsewhere
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;
using TextViewSet = std::unordered_set<std::string_view, TextHash, std::equal_to<>>;

}  // namespace skiff
