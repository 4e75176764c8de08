#include "api/kinds/check_webhook.h"

#include "api/kinds/check.h"
#include "base/strings.h"

namespace skiff::api::kinds {
namespace {

constexpr std::string_view kForm = "; desired format: https://host[/path]";

void check_url_path(const std::string& text, const FieldPath& path, FieldErrors& errors) {
    if (text == "/" || text.empty()) return;
    if (text == "//") return errors.invalid(path, text, "segment[0] may not be empty");
    if (text[0] != '/') errors.invalid(path, text, "must start with a '/'");
    std::string_view rest = std::string_view(text).substr(1);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    size_t i = 0;
    for (std::string_view step : split_views(rest, '/')) {
        if (step.empty()) errors.invalid(path, text, fmt::format("segment[{}] may not be empty", i));
        else
            for (const std::string& complaint : check_dns1123_subdomain(step)) errors.invalid(path, text, fmt::format("segment[{}]: {}", i, complaint));
        ++i;
    }
}

}  // namespace

void check_webhook_url(std::string_view url, const FieldPath& path, FieldErrors& errors) {
    auto cut = [&url](char mark) {
        size_t at = url.find(mark);
        std::string_view tail = at == url.npos ? std::string_view() : url.substr(at + 1);
        url = url.substr(0, at);
        return tail;
    };
    std::string_view fragment = cut('#'), query = cut('?');
    size_t colon = url.find_first_of(":/");
    bool has_scheme = colon != url.npos && url[colon] == ':';
    std::string scheme = has_scheme ? lower(url.substr(0, colon)) : std::string();
    if (has_scheme) url.remove_prefix(colon + 1);
    std::string_view host = url.starts_with("//") ? url.substr(2, url.find('/', 2) == url.npos ? url.npos : url.find('/', 2) - 2) : std::string_view();
    size_t at = host.rfind('@');
    std::string_view user = at == host.npos ? std::string_view() : host.substr(0, at);
    if (at != host.npos) host.remove_prefix(at + 1);
    if (scheme != "https") errors.invalid(path, scheme, "'https' is the only allowed URL scheme" + std::string(kForm));
    if (host.empty()) errors.invalid(path, "", "host must be specified" + std::string(kForm));
    if (at != std::string_view::npos) errors.invalid(path, std::string(user), "user information is not permitted in the URL");
    if (!fragment.empty()) errors.invalid(path, std::string(fragment), "fragments are not permitted in the URL");
    if (!query.empty()) errors.invalid(path, std::string(query), "query parameters are not permitted in the URL");
}

void check_webhook_service(const json::Value& service, const FieldPath& path, FieldErrors& errors) {
    // Kubernetes gives the two to its own check the wrong way round.
    check_required(service["namespace"], path.child("name"), errors);
    check_required(service["name"], path.child("namespace"), errors);
    if (int64_t port = service["port"].as_int(443); port < 1 || port > 65535) errors.invalid(path.child("port"), port, "port is not valid: must be between 1 and 65535, inclusive");
    check_url_path(service["path"].as_string(), path.child("path"), errors);
}

}  // namespace skiff::api::kinds
