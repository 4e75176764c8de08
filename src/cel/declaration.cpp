#include "cel/declaration.h"

#include <algorithm>
#include <array>

namespace skiff::cel {
namespace {

// A request never has more bytes than this (k8s.io/apiserver/pkg/apis/cel, MaxRequestSizeBytes).
constexpr int64_t kRequestBytesMax = 3 * 1024 * 1024;
constexpr std::array<std::string_view, 21> kReserved = {"true",  "false",    "null", "in",     "as",  "break", "const",   "continue",  "else",   "for", "function",
                                                        "if",    "import",   "let",  "loop",   "package", "namespace", "return", "var", "void", "while"};

bool reserved(std::string_view name) { return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end(); }

bool identifier_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

const Declaration::Field* Declaration::find(std::string_view name) const {
    auto it = std::lower_bound(fields.begin(), fields.end(), name, [](const Field& field, std::string_view n) { return field.name < n; });
    return it != fields.end() && it->name == name ? &*it : nullptr;
}

const Declaration::Field* Declaration::find_identifier(std::string_view identifier) const {
    if (const Field* field = find(identifier); field && field->identifier == identifier) return field;
    // Only what was escaped has another name.
    if (identifier.find("__") != std::string_view::npos)
        if (const Field* field = find(unescape_identifier(identifier)); field && field->identifier == identifier) return field;
    // Keywords may be written without escaping: self.namespace.
    if (const Field* field = reserved(identifier) ? find(identifier) : nullptr; field && !field->identifier.empty()) return field;
    return nullptr;
}

DeclPtr Declaration::dyn() {
    static const DeclPtr decl = simple(Form::Dyn);
    return decl;
}

DeclPtr Declaration::simple(Form form) {
    auto decl = std::make_shared<Declaration>();
    decl->form = form;
    auto set = [&](Type::Kind kind, int64_t min_size, int64_t max_elements) {
        decl->type = Type::of(kind);
        decl->min_size = min_size;
        decl->max_elements = max_elements;
    };
    switch (form) {
        case Form::Bool: set(Type::Kind::Bool, 4, 0); break;
        case Form::Int: set(Type::Kind::Int, 1, 0); break;
        case Form::Double: set(Type::Kind::Double, 1, 0); break;
        case Form::String: set(Type::Kind::String, 2, kRequestBytesMax - 2); break;
        case Form::Bytes: set(Type::Kind::Bytes, 2, kRequestBytesMax - 2); break;
        case Form::Duration: set(Type::Kind::Duration, 3, 32); break;
        case Form::Date: set(Type::Kind::Timestamp, 12, 12); break;
        case Form::DateTime: set(Type::Kind::Timestamp, 21, 32); break;
        case Form::IntOrString: set(Type::Kind::Dyn, 1, kRequestBytesMax - 2); break;
        case Form::Preserved: decl->nullable = true; break;
        default:
            set(Type::Kind::Dyn, 1, 0);
            decl->nullable = true;
    }
    return decl;
}

DeclPtr Declaration::list(DeclPtr element, int64_t max_elements) {
    auto decl = std::make_shared<Declaration>();
    decl->form = Form::List;
    decl->type = Type::list(element->type);
    decl->min_size = 2;
    decl->max_elements = max_elements >= 0 ? max_elements : (kRequestBytesMax - 2) / (element->min_size + 1);
    decl->element = std::move(element);
    return decl;
}

DeclPtr Declaration::map(DeclPtr element, int64_t max_elements) {
    auto decl = std::make_shared<Declaration>();
    decl->form = Form::Map;
    decl->type = Type::map(Type::of(Type::Kind::String), element->type);
    decl->min_size = 2;
    decl->max_elements = max_elements >= 0 ? max_elements : (kRequestBytesMax - 2) / (element->min_size + 6);
    decl->element = std::move(element);
    return decl;
}

DeclPtr Declaration::object(std::string name, std::vector<Field> fields) {
    // The type names its fields and the declaration its type: a declaration without type breaks the circle of ownership.
    std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
    auto members = std::make_shared<Declaration>();
    members->form = Form::Object;
    members->fields = std::move(fields);
    auto decl = std::make_shared<Declaration>(*members);
    decl->type = Type::structure(name, members);
    decl->min_size = 2;
    for (const auto& field : decl->fields)
        if (field.required && !field.identifier.empty()) decl->min_size += static_cast<int64_t>(field.name.size()) + field.decl->min_size + 4;
    return decl;
}

Declaration::Field Declaration::field(std::string_view name, DeclPtr decl, bool required) {
    return {std::string(name), escape_identifier(name), std::move(decl), required};
}

uint64_t max_cardinality(int64_t min_size) { return static_cast<uint64_t>(kRequestBytesMax / (min_size + 1)); }

std::string escape_identifier(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return {};
    if (reserved(name)) return "__" + std::string(name) + "__";
    std::string out;
    for (size_t i = 0; i < name.size(); ++i) {
        char c = name[i];
        if (c == '_' && i + 1 < name.size() && name[i + 1] == '_') {
            out += "__underscores__";
            ++i;
        } else if (c == '.') {
            out += "__dot__";
        } else if (c == '-') {
            out += "__dash__";
        } else if (c == '/') {
            out += "__slash__";
        } else if (identifier_char(c)) {
            out += c;
        } else {
            return {};
        }
    }
    return out;
}

std::string unescape_identifier(std::string_view identifier) {
    std::string out;
    for (size_t i = 0; i < identifier.size();) {
        bool open = identifier.substr(i, 2) == "__";
        size_t end = open ? identifier.find('_', i + 2) : std::string_view::npos;
        if (!open || end == std::string_view::npos || end == i + 2 || identifier.substr(end, 2) != "__") {
            out += identifier[i++];
            continue;
        }
        std::string_view word = identifier.substr(i + 2, end - i - 2);
        if (word == "underscores") out += "__";
        else if (word == "dot") out += '.';
        else if (word == "dash") out += '-';
        else if (word == "slash") out += '/';
        else if (reserved(word) && i == 0 && end + 2 == identifier.size()) out += word;
        else return {};
        i = end + 2;
    }
    return out;
}

}  // namespace skiff::cel
