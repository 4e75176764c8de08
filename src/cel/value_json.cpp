// Values as views over JSON documents, and reading of lists and maps of every origin.
#include <algorithm>

#include "api/go_text.h"
#include "base/encoding.h"
#include "cel/nodes.h"
#include "cel/times.h"
#include "cel/value.h"
#include "json/write.h"

namespace skiff::cel {
namespace {

using Form = Declaration::Form;

Value expected(std::string_view what, const json::Value& got) {
    return Value::error("invalid data, expected " + std::string(what) + ", got " + std::string(api::go_type(got)));
}

Value declared_string(const std::string& text, Form form) {
    switch (form) {
        case Form::Duration: {
            auto nanos = parse_duration_nanos(text);
            return nanos ? Value::duration(*nanos) : Value::error("Invalid duration " + text + ": time: invalid duration \"" + text + "\"");
        }
        case Form::Date: {
            auto moment = parse_date(text);
            return moment ? Value::timestamp(moment->seconds, moment->nanos) : Value::error("Invalid date formatted string " + text);
        }
        case Form::DateTime: {
            auto moment = parse_rfc3339(text);
            return moment ? Value::timestamp(moment->seconds, moment->nanos) : Value::error("Invalid date-time formatted string " + text);
        }
        case Form::Bytes: {
            auto bytes = base64_decode(text);
            return bytes ? Value::bytes(std::move(*bytes)) : Value::error("Invalid byte formatted string " + text);
        }
        default: return Value::string_view(text);
    }
}

Value scalar(const json::Value& document, Form form) {
    switch (form) {
        case Form::IntOrString:
            if (document.is_string()) return Value::string_view(document.as_string());
            if (document.is_int()) return Value::of_int(document.as_int());
            return Value::error("invalid data, expected XIntOrString value to be either a string or integer");
        case Form::Bool: return document.is_bool() ? Value::of(document.as_bool()) : expected("bool", document);
        case Form::Int: return document.is_int() ? Value::of_int(document.as_int()) : expected("int", document);
        case Form::Double: return document.is_number() ? Value::of_double(document.as_double()) : expected("float", document);
        default: return document.is_string() ? declared_string(document.as_string(), form) : expected("string", document);
    }
}

}  // namespace

Value Value::json(const json::Value& document, const Declaration* declaration) {
    if (declaration && (declaration->form == Form::Dyn || declaration->form == Form::Preserved)) declaration = nullptr;
    if (declaration) {
        if (document.is_null()) return declaration->nullable ? Value() : error("invalid data, got null for schema with nullable=false");
        if (declaration->form == Form::List && !document.is_array()) return error("invalid data, expected an array for the provided schema with type=array");
        if ((declaration->form == Form::Map || declaration->form == Form::Object) && !document.is_object())
            return error("invalid data, expected a map for the provided schema with type=object");
        if (declaration->form != Form::List && declaration->form != Form::Map && declaration->form != Form::Object) return scalar(document, declaration->form);
    }
    switch (document.type()) {
        case json::Type::Null: return {};
        case json::Type::Bool: return of(document.as_bool());
        case json::Type::Int: return of_int(document.as_int());
        case json::Type::Double: return of_double(document.as_double());
        case json::Type::String: return string_view(document.as_string());
        default: break;
    }
    Value out;
    out.kind_ = document.is_array() ? ValueKind::List : ValueKind::Map;
    out.view_ = &document;
    out.declaration_ = declaration;
    return out;
}

Value Value::at(size_t index) const {
    if (kind_ != ValueKind::List) return {};
    if (node_) {
        const auto& list = static_cast<const ListNode&>(*node_);
        return index < list.size ? list.items->values[index] : Value();
    }
    return view_ ? json((*view_)[index], declaration_ ? declaration_->element.get() : nullptr) : Value();
}

std::optional<Value> Value::find(std::string_view key) const {
    if (kind_ != ValueKind::Map && kind_ != ValueKind::Object) return std::nullopt;
    if (node_) {
        if (const auto* source = NodeAccess::get<SourceNode>(*this)) return source->source->find(key);
        return find(string_view(key));
    }
    if (!view_) return std::nullopt;
    if (!declaration_) {
        const auto* member = view_->find(key);
        if (!member) return std::nullopt;
        return json(*member);
    }
    if (declaration_->form == Form::Map) {
        const auto* member = view_->find(key);
        if (!member) return std::nullopt;
        return json(*member, declaration_->element.get());
    }
    const auto* field = declaration_->find_identifier(key);
    const auto* member = field ? view_->find(field->name) : nullptr;
    // In an object a null is as good as absent.
    if (!member || member->is_null()) return std::nullopt;
    return json(*member, field->decl.get());
}

std::optional<Value> Value::find(const Value& key) const {
    const auto* map = NodeAccess::get<MapNode>(*this);
    if (!map) {
        if (key.kind() == ValueKind::String) return find(key.text());
        return std::nullopt;
    }
    const auto& entries = map->entries->values;
    if (!map->entries->index.empty()) {
        auto it = map->entries->index.find(key_text(key));
        if (it == map->entries->index.end() || it->second >= map->size) return std::nullopt;
        return entries[it->second].second;
    }
    for (size_t i = 0; i < map->size; ++i)
        if (entries[i].first.equals(key).is_true()) return entries[i].second;
    return std::nullopt;
}

void Value::each_key(const std::function<bool(const Value& key)>& visit) const {
    if (const auto* map = NodeAccess::get<MapNode>(*this)) {
        for (size_t i = 0; i < map->size; ++i)
            if (!visit(map->entries->values[i].first)) return;
        return;
    }
    if (node_ || !view_ || kind_ != ValueKind::Map) return;
    for (const auto& member : view_->members()) {
        if (declaration_ && declaration_->form == Form::Object) {
            const auto* field = declaration_->find(member.key);
            if (!field || field->identifier.empty()) continue;
            if (!visit(string_view(field->identifier))) return;
        } else if (!visit(string_view(member.key))) {
            return;
        }
    }
}

void Value::each_entry(const std::function<bool(const Value& key, const Value& value)>& visit) const {
    if (const auto* map = NodeAccess::get<MapNode>(*this)) {
        for (size_t i = 0; i < map->size; ++i)
            if (!visit(map->entries->values[i].first, map->entries->values[i].second)) return;
        return;
    }
    if (node_ || !view_ || kind_ != ValueKind::Map) return;
    bool is_object = declaration_ && declaration_->form == Form::Object;
    for (const auto& member : view_->members()) {
        const auto* field = is_object ? declaration_->find(member.key) : nullptr;
        if (is_object && (!field || field->identifier.empty())) continue;
        if (is_object && member.value.is_null()) {
            if (!visit(string_view(field->identifier), Value())) return;
            continue;
        }
        const Declaration* of = field ? field->decl.get() : declaration_ ? declaration_->element.get() : nullptr;
        if (!visit(string_view(field ? std::string_view(field->identifier) : std::string_view(member.key)), json(member.value, of))) return;
    }
}

Result<json::Value> Value::to_json() const {
    switch (kind_) {
        case ValueKind::Null: return json::Value();
        case ValueKind::Bool: return json::Value(bool_);
        case ValueKind::Int: return json::Value(int_);
        case ValueKind::Uint:
            if (uint_ > INT64_MAX) return json::Value(static_cast<double>(uint_));
            return json::Value(static_cast<int64_t>(uint_));
        case ValueKind::Double: return json::Value(double_);
        case ValueKind::String: return json::Value(text());
        case ValueKind::Bytes: return json::Value(base64_encode(text()));
        case ValueKind::Timestamp: return json::Value(format_rfc3339({int_, nanos()}));
        case ValueKind::Duration: return json::Value(format_duration_nanos(int_));
        case ValueKind::List: {
            if (const auto* whole = document()) return *whole;
            json::Array items;
            for (size_t i = 0; i < size(); ++i) items.push_back(TRY(at(i).to_json()));
            return json::Value(std::move(items));
        }
        case ValueKind::Map:
        case ValueKind::Object: {
            if (const auto* whole = document()) return *whole;
            json::Value out = json::Value::object();
            Status failed;
            each_entry([&](const Value& key, const Value& value) {
                auto member = value.to_json();
                if (!member.ok()) failed = member.status();
                else out.set(key.kind() == ValueKind::String ? std::string(key.text()) : key.display(), std::move(*member));
                return failed.ok();
            });
            if (!failed.ok()) return failed;
            return out;
        }
        case ValueKind::Type: return skiff::error(Reason::Invalid, "type conversion not supported for 'type'");
        default: return skiff::error(Reason::Invalid, "a value of type {} has no JSON form", type_name());
    }
}

}  // namespace skiff::cel
