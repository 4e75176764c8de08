#include "api/schema.h"

#include <algorithm>
#include <cstdlib>

#include "base/log.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

struct Scalar {
    std::string_view name;
    Kind kind;
    std::string_view go;
};
constexpr Scalar kScalars[] = {
    {"string", Kind::String, "string"},
    {"bool", Kind::Bool, "bool"},
    {"int32", Kind::Int32, "int32"},
    {"int64", Kind::Int64, "int64"},
    {"double", Kind::Double, "float64"},
    {"quantity", Kind::Quantity, "resource.Quantity"},
    {"int-or-string", Kind::IntOrString, "intstr.IntOrString"},
    {"time", Kind::Time, "v1.Time"},
    {"micro-time", Kind::MicroTime, "v1.MicroTime"},
    {"duration", Kind::Duration, "v1.Duration"},
    {"bytes", Kind::Bytes, "[]uint8"},
    {"any", Kind::Any, "interface {}"},
};

const Scalar* find_scalar(std::string_view name) {
    for (const auto& scalar : kScalars)
        if (scalar.name == name) return &scalar;
    return nullptr;
}

[[noreturn]] void wrong_table(std::string_view where, std::string_view what) {
    log::error("api", "wrong field table", {log::Field("where", where), log::Field("what", what)});
    std::abort();
}

json::Value parse_fact(std::string_view text, std::string_view where) {
    auto value = json::parse(text);
    if (!value.ok()) wrong_table(where, value.status().message());
    return std::move(value).value();
}

ListType list_type(std::string_view text) {
    if (text == "set") return ListType::Set;
    return text == "map" ? ListType::Map : ListType::Atomic;
}

uint8_t patch_strategy(std::string_view text) {
    uint8_t bits = 0;
    for (auto part : split_views(text, ',')) {
        if (part == "merge") bits |= static_cast<uint8_t>(PatchStrategy::Merge);
        if (part == "retainKeys") bits |= static_cast<uint8_t>(PatchStrategy::RetainKeys);
        if (part == "replace") bits |= static_cast<uint8_t>(PatchStrategy::Replace);
    }
    return bits;
}

bool is_zero_text(std::string_view json) { return json == "\"\"" || json == "0" || json == "false" || json == "{}"; }

// What Go writes for a field that has no value (FieldRow::absent).
void set_absent(const FieldRow& row, std::string_view where, Field& field) {
    std::string_view text = row.absent;
    bool object = field.value.kind == Kind::Object;
    if (text.empty() && row.required) text = is_zero_text(row.default_json) ? row.default_json : "null";
    if (text.empty() && object && row.default_json == "{}") text = "{}";
    if (text.empty() || text == "-") return;
    field.always = true;
    field.absent = parse_fact(text, where);
}

}  // namespace

const Field* TypeSchema::find(std::string_view field) const {
    auto it = std::lower_bound(by_name_.begin(), by_name_.end(), field,
                               [this](uint16_t position, std::string_view name) { return fields_[position].name < name; });
    return it != by_name_.end() && fields_[*it].name == field ? &fields_[*it] : nullptr;
}

void TypeSchema::index() {
    by_name_.resize(fields_.size());
    for (size_t i = 0; i < fields_.size(); ++i) by_name_[i] = static_cast<uint16_t>(i);
    std::sort(by_name_.begin(), by_name_.end(), [this](uint16_t a, uint16_t b) { return fields_[a].name < fields_[b].name; });
}

std::unique_ptr<TypeSchema> TypeSchema::make(std::string name, std::vector<Field> fields, bool preserve_unknown) {
    auto type = std::make_unique<TypeSchema>();
    type->name_ = std::move(name);
    type->fields_ = std::move(fields);
    type->preserve_unknown_ = preserve_unknown;
    type->index();
    for (Field& field : type->fields_)
        if (field.value.kind == Kind::List) field.value.list_map_keys = &field.list_map_keys;
    return type;
}

void SchemaRegistry::add(std::span<const TypeRow> types) {
    for (const auto& row : types) {
        auto [it, added] = types_.try_emplace(std::string(row.name));
        if (!added) continue;
        it->second = std::make_unique<TypeSchema>();
        it->second->name_ = row.name;
        it->second->doc_ = row.doc;
        it->second->atomic_ = row.atomic;
        pending_.push_back({it->second.get(), {row.fields.begin(), row.fields.end()}});
    }
}

ValueSchema SchemaRegistry::resolve(std::string_view type, std::string_view where) const {
    ValueSchema value;
    auto element_of = [&](size_t prefix) { return std::make_shared<ValueSchema>(resolve(type.substr(prefix, type.size() - prefix - 1), where)); };
    if (const Scalar* scalar = find_scalar(type)) {
        value.kind = scalar->kind;
    } else if (type.starts_with("list<") && type.ends_with(">")) {
        value.kind = Kind::List;
        value.element = element_of(5);
    } else if (type.starts_with("map<string,") && type.ends_with(">")) {
        value.kind = Kind::Map;
        value.element = element_of(11);
    } else {
        value.kind = Kind::Object;
        value.object = find(type);
        if (!value.object) wrong_table(where, type);
    }
    return value;
}

void SchemaRegistry::link_field(const FieldRow& row, const std::string& type_name, Field& field) const {
    std::string where = type_name + "." + std::string(row.name);
    field.name = row.name;
    field.value = resolve(row.type, where);
    for (auto number : row.proto.numbers)
        if (number) field.proto.push_back(number);
    field.required = row.required;
    // Zero values are defaults of keys and in documents only; required fields and objects are written anyway (absent).
    bool kept = !is_zero_text(row.default_json) || (!row.required && field.value.kind != Kind::Object);
    if (!row.default_json.empty() && kept) field.default_value = parse_fact(row.default_json, where);
    field.list_type = list_type(row.list_type);
    field.list_map_keys = split(row.list_map_keys, ',');
    field.patch_strategy = patch_strategy(row.patch_strategy);
    field.patch_merge_key = row.patch_merge_key;
    if (row.map_type == "atomic") field.map_type = MapType::Atomic;
    field.enum_values = split(row.enum_values, ',');
    field.doc = row.doc;
    std::string_view go = row.go;
    if (go.starts_with('*')) {
        field.pointer = true;
        go.remove_prefix(1);
    }
    if (go.empty()) {
        const ValueSchema* leaf = &field.value;
        while (leaf->element) leaf = leaf->element.get();
        const Scalar* scalar = std::find_if(std::begin(kScalars), std::end(kScalars), [&](const Scalar& s) { return s.kind == leaf->kind; });
        if (scalar != std::end(kScalars)) go = scalar->go;
    }
    field.go_type = go;
    set_absent(row, where, field);
    // An optional object without {} as its default is a pointer in Go.
    if (field.value.kind == Kind::Object && !field.always) field.pointer = true;
}

// Who owns what: settled after all types are known, because a type is atomic when one of its users says so.
void SchemaRegistry::link_atomic(const FieldRow& row, Field& field) {
    ValueSchema& value = field.value;
    if (value.kind == Kind::Object) value.atomic = row.map_type.empty() ? value.object->atomic_ : field.map_type == MapType::Atomic;
    if (value.kind == Kind::Any) value.atomic = true;   // raw JSON has one owner
    if (value.kind == Kind::Map) value.atomic = field.map_type == MapType::Atomic;
    if (value.kind == Kind::List) {
        value.list_type = field.list_type;
        value.atomic = field.list_type == ListType::Atomic;
        value.list_map_keys = &field.list_map_keys;
    }
    for (ValueSchema* element = value.element.get(); element; element = element->element.get())
        element->atomic = element->kind == Kind::List || (element->kind == Kind::Object && element->object->atomic_);
}

void SchemaRegistry::link() {
    for (auto& [type, rows] : pending_)
        for (const auto& row : rows)
            if (row.map_type == "atomic")
                if (auto it = types_.find(row.type); it != types_.end()) it->second->atomic_ = true;
    for (auto& [type, rows] : pending_) {
        type->fields_.resize(rows.size());
        for (size_t i = 0; i < rows.size(); ++i) link_field(rows[i], type->name_, type->fields_[i]);
        for (size_t i = 0; i < rows.size(); ++i) link_atomic(rows[i], type->fields_[i]);
        // Tables that list kind and apiVersion last still write them first.
        for (std::string_view front : {"apiVersion", "kind"}) {
            auto& fields = type->fields_;
            auto it = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == front && f.proto.empty(); });
            if (it != fields.end()) std::rotate(fields.begin(), it, it + 1);
        }
        for (auto& field : type->fields_)
            if (field.value.list_map_keys) field.value.list_map_keys = &field.list_map_keys;
        type->index();
    }
    pending_.clear();
    pending_.shrink_to_fit();
}

const TypeSchema* SchemaRegistry::find(std::string_view type) const {
    auto it = types_.find(type);
    return it == types_.end() ? nullptr : it->second.get();
}

std::vector<const TypeSchema*> SchemaRegistry::all() const {
    std::vector<const TypeSchema*> all;
    all.reserve(types_.size());
    for (const auto& [name, type] : types_) all.push_back(type.get());
    return all;
}

}  // namespace skiff::api
