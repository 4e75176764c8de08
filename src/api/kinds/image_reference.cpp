#include "api/kinds/image_reference.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

constexpr size_t kNameMax = 255, kTagMax = 128, kDigestHexMin = 32, kIdLength = 64;

bool is_small(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_letter_or_digit(char c) { return is_small(c) || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9'); }

template <typename Test>
bool all(std::string_view text, Test test) {
    return std::all_of(text.begin(), text.end(), test);
}

// Runs of small letters and digits, joined by one dot, one or two underscores, or dashes.
bool is_path_part(std::string_view part) {
    if (part.empty() || !is_small(part.front()) || !is_small(part.back())) return false;
    for (size_t i = 0; i < part.size();) {
        if (is_small(part[i])) {
            ++i;
            continue;
        }
        size_t end = i;
        while (end < part.size() && !is_small(part[end])) ++end;
        std::string_view joint = part.substr(i, end - i);
        if (joint != "." && joint != "_" && joint != "__" && !all(joint, [](char c) { return c == '-'; })) return false;
        i = end;
    }
    return true;
}

bool is_host(std::string_view host) {
    if (size_t colon = host.rfind(':'); colon != std::string_view::npos && host.back() != ']') {
        std::string_view port = host.substr(colon + 1);
        if (port.empty() || !all(port, [](char c) { return c >= '0' && c <= '9'; })) return false;
        host = host.substr(0, colon);
    }
    if (host.starts_with('[')) return host.ends_with(']');
    for (std::string_view label : split_views(host, '.'))
        if (label.empty() || label.front() == '-' || label.back() == '-' || !all(label, [](char c) { return is_letter_or_digit(c) || c == '-'; })) return false;
    return true;
}

bool is_tag(std::string_view tag) {
    if (tag.empty() || tag.size() > kTagMax || tag.front() == '.' || tag.front() == '-') return false;
    return all(tag, [](char c) { return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
}

// Whether the name begins with a registry: a dot, a port, localhost or a capital say so.
bool begins_with_host(std::string_view first) {
    return first == "localhost" || first.find_first_of(".:") != std::string_view::npos ||
           std::any_of(first.begin(), first.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > kNameMax || (name.size() == kIdLength && all(name, is_hex))) return false;
    auto parts = split_views(name, '/');
    size_t first = 0;
    if (parts.size() > 1 && begins_with_host(parts[0])) {
        if (!is_host(parts[0])) return false;
        first = 1;
    }
    return std::all_of(parts.begin() + static_cast<std::ptrdiff_t>(first), parts.end(), is_path_part);
}

}  // namespace

bool is_latest_image(std::string_view image) {
    size_t at = image.find('@');
    std::string_view name = image.substr(0, at);
    size_t slash = name.rfind('/');
    size_t colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
    std::string_view tag;
    if (colon != std::string_view::npos) {
        tag = name.substr(colon + 1);
        name = name.substr(0, colon);
        if (!is_tag(tag)) return false;
    }
    if (!is_name(name)) return false;
    if (at != std::string_view::npos) {
        std::string_view digest = image.substr(at + 1);
        size_t split = digest.find(':');
        if (split == std::string_view::npos || digest.size() - split - 1 < kDigestHexMin) return false;
        if (tag.empty()) return false;
    }
    return tag.empty() || tag == "latest";
}

}  // namespace skiff::api::kinds
