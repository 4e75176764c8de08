#include "cel/functions.h"

#include <deque>

#include "base/text_map.h"

namespace skiff::cel {
namespace {

bool has_params(const Type& type) {
    if (type.kind == Type::Kind::Param) return true;
    for (const auto& param : type.params)
        if (has_params(*param)) return true;
    return false;
}

// The kind of all values of a type; nothing where that is not enough.
std::optional<ValueKind> kind_of(const Type& type) {
    switch (type.kind) {
        case Type::Kind::Null: return ValueKind::Null;
        case Type::Kind::Bool: return ValueKind::Bool;
        case Type::Kind::Int: return ValueKind::Int;
        case Type::Kind::Uint: return ValueKind::Uint;
        case Type::Kind::Double: return ValueKind::Double;
        case Type::Kind::String: return ValueKind::String;
        case Type::Kind::Bytes: return ValueKind::Bytes;
        case Type::Kind::Timestamp: return ValueKind::Timestamp;
        case Type::Kind::Duration: return ValueKind::Duration;
        case Type::Kind::Type: return ValueKind::Type;
        default: return std::nullopt;
    }
}

bool accepts_kind(const Type& type, const Value& value) {
    if (auto kind = kind_of(type)) return value.is(*kind);
    switch (type.kind) {
        case Type::Kind::List: return value.is(ValueKind::List) && (value.size() == 0 || accepts_kind(*type.params[0], value.at(0)));
        case Type::Kind::Map: return value.is(ValueKind::Map) || value.is(ValueKind::Object);
        case Type::Kind::Struct:
        case Type::Kind::Opaque:
            if (type.is_optional()) return value.is(ValueKind::Optional);
            return value.is(ValueKind::Opaque) && value.opaque()->type_name() == type.name;
        default: return true;
    }
}

class Registry {
public:
    Registry() {
        for (auto rows : {operator_rows(), conversion_rows(), time_rows(), string_rows(), list_rows(), optional_rows(), url_rows(), network_rows(), quantity_rows(),
                          version_rows(), name_format_rows(), authorizer_rows()})
            for (const auto& row : rows) add(row);
        for (const auto& overload : overloads_) by_name_[overload.function].push_back(&overload);
    }

    std::span<const Overload* const> find(std::string_view name) const {
        auto it = by_name_.find(name);
        if (it == by_name_.end()) return {};
        return it->second;
    }

private:
    void add(const FunctionRow& row) {
        Overload overload;
        overload.function = row.function;
        overload.id = row.id;
        overload.member = row.args.substr(0, 1) == ".";
        std::string_view args = overload.member ? row.args.substr(1) : row.args;
        if (!args.empty()) overload.args = Type::parse("args(" + std::string(args) + ")")->params;
        overload.result = Type::parse(row.result);
        for (const auto& arg : overload.args) overload.generic = overload.generic || has_params(*arg);
        overload.generic = overload.generic || has_params(*overload.result);
        overload.implementation = row.implementation;
        overload.charge = charge_of(row.function, row.id);
        for (const auto& arg : overload.args) overload.kinds.push_back(kind_of(*arg));
        overloads_.push_back(std::move(overload));
    }

    std::deque<Overload> overloads_;
    TextViewMap<std::vector<const Overload*>> by_name_;
};

const Registry& registry() {
    static const Registry all;
    return all;
}

}  // namespace

bool Overload::accepts(Arguments values) const {
    if (values.size() != args.size()) return false;
    for (size_t i = 0; i < values.size(); ++i)
        if (kinds[i] ? !values[i].is(*kinds[i]) : !accepts_kind(*args[i], values[i])) return false;
    return true;
}

std::span<const Overload* const> find_function(std::string_view name, bool mutations) {
    if (!mutations && name == "jsonpatch.escapeKey") return {};
    return registry().find(name);
}

Value no_such_overload() { return Value::error("no such overload"); }

}  // namespace skiff::cel
