#include "api/json_scan.h"

#include <string.h>

#include "json/parse.h"

namespace skiff::api {

namespace {

constexpr size_t kBad = std::string_view::npos;

size_t skip_space(std::string_view text, size_t at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) ++at;
    return at;
}

// at: the opening quote; returns the place after the closing one.
size_t skip_string(std::string_view text, size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"') return at + 1;
        if (text[at] == '\\') ++at;
    }
    return kBad;
}

// Containers by counting brackets: those that do not fit each other are found when the tree is built.
size_t skip_container(std::string_view text, size_t at) {
    size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
            case '"':
                at = skip_string(text, at);
                if (at == kBad) return kBad;
                continue;
            case '{':
            case '[': ++depth; break;
            case '}':
            case ']':
                if (--depth == 0) return at + 1;
                break;
            default: break;
        }
        ++at;
    }
    return kBad;
}

size_t skip_value(std::string_view text, size_t at) {
    if (at >= text.size()) return kBad;
    if (text[at] == '"') return skip_string(text, at);
    if (text[at] == '{' || text[at] == '[') return skip_container(text, at);
    size_t start = at;
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && text[at] > ' ') ++at;
    return at == start ? kBad : at;
}

// What both loops share: after a value comes a comma or the end. False: stop, with ok telling how.
bool next(std::string_view text, size_t& at, char close, bool& ok) {
    at = skip_space(text, at);
    ok = false;
    if (at >= text.size()) return false;
    if (text[at] == ',') {
        at = skip_space(text, at + 1);
        return true;
    }
    ok = text[at] == close && skip_space(text, at + 1) == text.size();
    return false;
}

// True when the container is empty or faulty right at its start.
bool ends_at_once(std::string_view text, size_t& at, char open, char close, bool& ok) {
    at = skip_space(text, 0);
    ok = false;
    if (at >= text.size() || text[at] != open) return true;
    at = skip_space(text, at + 1);
    if (at < text.size() && text[at] == close) {
        ok = skip_space(text, at + 1) == text.size();
        return true;
    }
    return false;
}

}  // namespace

bool scan_members(std::string_view text, const std::function<void(std::string_view, std::string_view)>& visit) {
    size_t at;
    bool ok;
    if (ends_at_once(text, at, '{', '}', ok)) return ok;
    do {
        if (at >= text.size() || text[at] != '"') return false;
        size_t end = skip_string(text, at);
        if (end == kBad) return false;
        std::string_view key = text.substr(at + 1, end - at - 2);
        at = skip_space(text, end);
        if (at >= text.size() || text[at] != ':') return false;
        at = skip_space(text, at + 1);
        end = skip_value(text, at);
        if (end == kBad) return false;
        visit(key, text.substr(at, end - at));
        at = end;
    } while (next(text, at, '}', ok));
    return ok;
}

bool scan_items(std::string_view text, const std::function<void(std::string_view)>& visit) {
    size_t at;
    bool ok;
    if (ends_at_once(text, at, '[', ']', ok)) return ok;
    do {
        size_t end = skip_value(text, at);
        if (end == kBad) return false;
        visit(text.substr(at, end - at));
        at = end;
    } while (next(text, at, ']', ok));
    return ok;
}

std::string scan_string(std::string_view literal) {
    if (literal.size() < 2 || literal[0] != '"') return {};
    std::string_view body = literal.substr(1, literal.size() - 2);
    if (body.find('\\') == std::string_view::npos) return std::string(body);
    auto value = json::parse(literal);
    return value.ok() ? value->as_string() : std::string();
}

// memmem: std::string::find stops at each quote, of which JSON has one in eight bytes.
bool mentions(std::string_view text, std::string_view words) { return ::memmem(text.data(), text.size(), words.data(), words.size()) != nullptr; }

}  // namespace skiff::api
