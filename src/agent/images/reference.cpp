#include "agent/images/reference.h"

#include <algorithm>

#include "agent/images/image_store.h"
#include "base/strings.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kNameMax = 255, kTagMax = 128;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Components of lower-case letters and digits, parted by one of . _ __ or any number of -
bool valid_component(std::string_view text) {
    if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) return false;
    for (size_t i = 0; i < text.size();) {
        if (is_lower_alnum(text[i])) {
            ++i;
            continue;
        }
        size_t end = i;
        while (end < text.size() && !is_lower_alnum(text[end])) ++end;
        auto separator = text.substr(i, end - i);
        const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
        if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
        i = end;
    }
    return true;
}

bool valid_tag(std::string_view tag) {
    if (tag.empty() || tag.size() > kTagMax || tag[0] == '.' || tag[0] == '-') return false;
    return std::all_of(tag.begin(), tag.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-'; });
}

bool valid_registry(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    });
}

}  // namespace

bool is_sha256_digest(const std::string& text) {
    return text.size() == 71 && text.starts_with("sha256:") && text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
}

std::string Reference::text() const { return digest.empty() ? name() + ":" + tag : name() + "@" + digest; }

Result<Reference> Reference::parse(const std::string& text) {
    auto bad = [&] { return error(Reason::BadRequest, "couldn't parse image name \"{}\": invalid reference format", text); };
    Reference ref;
    std::string rest = text;
    if (auto at = rest.find('@'); at != std::string::npos) {
        ref.digest = rest.substr(at + 1);
        rest.resize(at);
        if (!is_sha256_digest(ref.digest)) return bad();
    }
    auto slash = rest.find('/');
    auto first = rest.substr(0, slash);
    // A first part with a dot or a port, or localhost, is a registry.
    if (slash != std::string::npos && (first.find_first_of(".:") != std::string::npos || first == "localhost")) {
        ref.registry = first;
        rest = rest.substr(slash + 1);
    } else {
        ref.registry = "docker.io";
    }
    if (auto colon = rest.rfind(':'); colon != std::string::npos && rest.find('/', colon) == std::string::npos) {
        ref.tag = rest.substr(colon + 1);
        rest.resize(colon);
        if (!valid_tag(ref.tag)) return bad();
    }
    if (ref.tag.empty() && ref.digest.empty()) ref.tag = "latest";
    if (ref.registry == "index.docker.io") ref.registry = "docker.io";
    ref.repository = ref.registry == "docker.io" && rest.find('/') == std::string::npos ? "library/" + rest : rest;
    const auto parts = split(rest, '/');
    if (rest.empty() || rest.back() == '/' || ref.repository.size() > kNameMax || !valid_registry(ref.registry) ||
        !std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return valid_component(part); }))
        return bad();
    return ref;
}

Result<std::string> normalize_reference(const std::string& reference) { return TRY(Reference::parse(reference)).text(); }

}  // namespace skiff::agent::images
