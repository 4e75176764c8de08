#include <algorithm>

#include "api/selector.h"
#include "json/write.h"

namespace skiff::api {

namespace {

constexpr size_t kTermsMax = 500;   // each is asked of every object of a list

// Splits at commas that are not escaped.
std::vector<std::string_view> split_terms(std::string_view text) {
    std::vector<std::string_view> terms;
    size_t start = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        else if (text[i] == ',') {
            terms.push_back(text.substr(start, i - start));
            start = i + 1;
        }
    }
    if (start < text.size()) terms.push_back(text.substr(start));
    return terms;
}

Result<std::string> unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == ',' || c == '=')
            return error(Reason::BadRequest, "invalid field selector: unescaped character in value: {}", static_cast<int>(c));
        if (c == '\\') {
            ++i;
            if (i >= text.size() || std::string_view("\\,=").find(text[i]) == std::string_view::npos)
                return error(Reason::BadRequest, "invalid field selector: invalid escape sequence: \\{}", text.substr(i, 1));
            c = text[i];
        }
        out += c;
    }
    return out;
}

std::string escape(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\\' || c == ',' || c == '=') out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
    FieldSelector selector;
    auto parts = split_terms(text);
    if (parts.size() > kTermsMax) return error(Reason::BadRequest, "invalid selector: more than {} terms", kTermsMax);
    std::sort(parts.begin(), parts.end());
    for (auto part : parts) {
        if (part.empty()) continue;
        size_t at = 0;
        while (at < part.size() && part[at] != '=' && part.substr(at, 2) != "!=") ++at;
        if (at == part.size()) return error(Reason::BadRequest, "invalid selector: '{}'; can't understand '{}'", text, part);
        Term term;
        term.equal = part[at] == '=';
        term.field = part.substr(0, at);
        size_t length = part.substr(at, 2) == "==" || !term.equal ? 2 : 1;
        term.value = TRY(unescape(part.substr(at + length)));
        if (term.equal && term.field.empty() && term.value.empty()) continue;   // matches everything
        selector.terms_.push_back(std::move(term));
    }
    return selector;
}

bool FieldSelector::matches(const std::function<std::string_view(const std::string& field)>& value_of) const {
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) { return (value_of(term.field) == term.value) == term.equal; });
}

bool FieldSelector::matches(const json::Value& object) const {
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) { return (field_text(object, term.field) == term.value) == term.equal; });
}

const std::string* FieldSelector::required(std::string_view field) const {
    for (const auto& term : terms_)
        if (term.equal && term.field == field) return &term.value;
    return nullptr;
}

std::string FieldSelector::text() const {
    std::string out;
    for (const auto& term : terms_) {
        if (!out.empty()) out += ',';
        out += term.field + (term.equal ? "=" : "!=") + escape(term.value);
    }
    return out;
}

std::string field_text(const json::Value& object, std::string_view path) {
    const json::Value* value = &object;
    while (!path.empty()) {
        size_t dot = path.find('.');
        value = &(*value)[path.substr(0, dot)];
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    if (value->is_string()) return value->as_string();
    if (value->is_number() || value->is_bool()) return json::write(*value);
    return {};
}

}  // namespace skiff::api
