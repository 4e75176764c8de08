// format.named('dns1123Label'), format.dns1123Label() and validate().
#include "api/names.h"
#include "base/encoding.h"
#include "cel/functions.h"
#include "cel/name_formats.h"
#include "cel/times.h"
#include "cel/web_address.h"

namespace skiff::cel {
namespace {

using Complaints = std::vector<std::string>;

// A prefix may end in a dash, because something follows it.
std::string filled(std::string_view prefix) {
    std::string out(prefix);
    if (out.size() > 1 && out.back() == '-') out.back() = 'a';
    return out;
}

Complaints uri(std::string_view text) {
    auto parsed = parse_web_address(text);
    return parsed.ok() ? Complaints{} : Complaints{parsed.status().message()};
}

bool is_uuid(std::string_view text) {
    std::string digits;
    constexpr size_t kDashes[] = {8, 13, 18, 23};
    bool dashed = text.size() == 36;
    for (size_t i = 0; i < text.size(); ++i) {
        bool dash_place = dashed && std::find(std::begin(kDashes), std::end(kDashes), i) != std::end(kDashes);
        if (dash_place ? text[i] != '-' : std::string_view("0123456789abcdefABCDEF").find(text[i]) == std::string_view::npos) return false;
    }
    return dashed || text.size() == 32;
}

Complaints only_if(bool fits, const char* complaint) { return fits ? Complaints{} : Complaints{complaint}; }

constexpr NameFormat kFormats[] = {
    {"dns1123Label", [](std::string_view t) { return api::check_dns1123_label(t); }, 30},
    {"dns1123Subdomain", [](std::string_view t) { return api::check_dns1123_subdomain(t); }, 60},
    {"dns1035Label", [](std::string_view t) { return api::check_dns1035_label(t); }, 30},
    {"qualifiedName", [](std::string_view t) { return api::check_qualified_name(t); }, 60},
    {"dns1123LabelPrefix", [](std::string_view t) { return api::check_dns1123_label(filled(t)); }, 30},
    {"dns1123SubdomainPrefix", [](std::string_view t) { return api::check_dns1123_subdomain(filled(t)); }, 60},
    {"dns1035LabelPrefix", [](std::string_view t) { return api::check_dns1035_label(filled(t)); }, 30},
    {"labelValue", [](std::string_view t) { return api::check_label_value(t); }, 40},
    {"uri", &uri, 1104},
    {"uuid", [](std::string_view t) { return only_if(is_uuid(t), "does not match the UUID format"); }, 72},
    {"byte", [](std::string_view t) { return only_if(base64_decode(t).has_value(), "invalid base64"); }, 84},
    {"date", [](std::string_view t) { return only_if(parse_date(t).has_value(), "invalid date"); }, 72},
    {"datetime", [](std::string_view t) { return only_if(parse_rfc3339(t).has_value(), "invalid datetime"); }, 72},
};

Value make(const NameFormat& format) {
    auto out = std::make_shared<NameFormatValue>();
    out->format = &format;
    return Value::opaque(std::move(out));
}

template <size_t I>
Value constant(Arguments, Run&) {
    return make(kFormats[I]);
}

Value named(Arguments args, Run&) {
    for (const auto& format : kFormats)
        if (format.name == args[0].text()) return Value::some(make(format));
    return Value::none();
}

Value validate(Arguments args, Run&) {
    auto complaints = static_cast<const NameFormatValue*>(args[0].opaque())->format->check(args[1].text());
    if (complaints.empty()) return Value::none();
    std::vector<Value> out;
    for (auto& complaint : complaints) out.push_back(Value::string(std::move(complaint)));
    return Value::some(Value::list(std::move(out)));
}

#define FORMAT(index, name) {"format." name, "format." name, "", "kubernetes.NamedFormat", &constant<index>}

constexpr FunctionRow kRows[] = {
    {"format.named", "format-named", "string", "optional_type(kubernetes.NamedFormat)", &named},
    {"validate", "format-validate", ".kubernetes.NamedFormat, string", "optional_type(list(string))", &validate},
    FORMAT(0, "dns1123Label"), FORMAT(1, "dns1123Subdomain"), FORMAT(2, "dns1035Label"), FORMAT(3, "qualifiedName"), FORMAT(4, "dns1123LabelPrefix"),
    FORMAT(5, "dns1123SubdomainPrefix"), FORMAT(6, "dns1035LabelPrefix"), FORMAT(7, "labelValue"), FORMAT(8, "uri"), FORMAT(9, "uuid"), FORMAT(10, "byte"),
    FORMAT(11, "date"), FORMAT(12, "datetime"),
};
#undef FORMAT

}  // namespace

std::span<const FunctionRow> name_format_rows() { return kRows; }

}  // namespace skiff::cel
