#include "cel/type.h"

#include <array>

namespace skiff::cel {
namespace {

TypePtr make(Type::Kind kind, std::string_view name, std::vector<TypePtr> params = {}) {
    auto type = std::make_shared<Type>();
    type->kind = kind;
    type->name = name;
    type->params = std::move(params);
    return type;
}

// The names of the kinds without parameters, in the order of Type::Kind; what has no name here has parameters or a name of its own.
constexpr std::array<std::string_view, 11> kPlain = {"!error!", "dyn", "null", "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"};

struct Reader {
    std::string_view text;
    size_t at = 0;

    TypePtr read() {
        size_t begin = at;
        while (at < text.size() && text[at] != '(' && text[at] != ',' && text[at] != ')') ++at;
        std::string_view name = text.substr(begin, at - begin);
        std::vector<TypePtr> params;
        if (at < text.size() && text[at] == '(') {
            do {
                ++at;
                while (at < text.size() && text[at] == ' ') ++at;
                params.push_back(read());
            } while (at < text.size() && text[at] == ',');
            ++at;
        }
        return named(name, std::move(params));
    }

    static TypePtr named(std::string_view name, std::vector<TypePtr> params) {
        if (params.empty()) {
            for (size_t i = 0; i < kPlain.size(); ++i)
                if (kPlain[i] == name) return Type::of(static_cast<Type::Kind>(i));
            if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') return Type::param(name);
            if (name == "type") return make(Type::Kind::Type, "type");
            return name.substr(0, 11) == "kubernetes." ? Type::structure(name) : Type::opaque(name);
        }
        if (name == "list") return Type::list(params[0]);
        if (name == "map") return Type::map(params[0], params[1]);
        if (name == "type") return Type::type_of(params[0]);
        return Type::opaque(name, std::move(params));
    }
};

}  // namespace

TypePtr Type::of(Kind kind) {
    static const std::array<TypePtr, kPlain.size()> plain = [] {
        std::array<TypePtr, kPlain.size()> out;
        for (size_t i = 0; i < out.size(); ++i) out[i] = make(static_cast<Kind>(i), kPlain[i]);
        return out;
    }();
    auto index = static_cast<size_t>(kind);
    return index < plain.size() ? plain[index] : make(kind, "");
}

TypePtr Type::list(TypePtr element) { return make(Kind::List, "list", {std::move(element)}); }
TypePtr Type::map(TypePtr key, TypePtr value) { return make(Kind::Map, "map", {std::move(key), std::move(value)}); }
TypePtr Type::optional(TypePtr of) { return make(Kind::Opaque, "optional_type", {std::move(of)}); }
TypePtr Type::type_of(TypePtr of) { return make(Kind::Type, "type", {std::move(of)}); }
TypePtr Type::opaque(std::string_view name, std::vector<TypePtr> params) { return make(Kind::Opaque, name, std::move(params)); }
TypePtr Type::param(std::string_view name) { return make(Kind::Param, name); }

TypePtr Type::structure(std::string_view name, std::shared_ptr<const Declaration> declaration) {
    auto type = std::make_shared<Type>();
    type->kind = Kind::Struct;
    type->name = name;
    type->declaration = std::move(declaration);
    return type;
}

std::string Type::text() const {
    if (params.empty()) return name;
    std::string out = name + "(";
    for (size_t i = 0; i < params.size(); ++i) {
        if (i) out += ", ";
        out += params[i]->text();
    }
    return out + ")";
}

TypePtr Type::parse(std::string_view text) {
    Reader reader{text};
    return reader.read();
}

bool operator==(const Type& a, const Type& b) {
    if (&a == &b) return true;
    if (a.kind != b.kind || a.name != b.name || a.params.size() != b.params.size()) return false;
    for (size_t i = 0; i < a.params.size(); ++i)
        if (!(*a.params[i] == *b.params[i])) return false;
    return true;
}

}  // namespace skiff::cel
