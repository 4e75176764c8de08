#include <algorithm>
#include <bit>

#include "api/protobuf.h"
#include "api/protobuf_wire.h"
#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/text_map.h"
#include "json/parse.h"
#include "json/utf8.h"
#include "json/value_bounds.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;
using Item = WireReader::Item;
constexpr int kDepthMax = 100;
constexpr size_t kValuesMax = 50'000;    // a few bytes make a value of a hundred
constexpr size_t kScanMax = 32;          // maps up to this size are searched key by key

Status wrong_wire_type(const Field& field, const Item& item) {
    // Go's name of the field.
    std::string name = field.name == "metadata" ? "ObjectMeta" : std::string(field.name);
    name[0] = static_cast<char>(name[0] >= 'a' && name[0] <= 'z' ? name[0] - 32 : name[0]);
    return error(Reason::BadRequest, "proto: wrong wireType = {} for field {}", static_cast<int>(item.type), name);
}

class Decoder {
public:
    // prefix: the numbers of the embedded messages that bytes are inside of.
    Status message(const TypeSchema& schema, std::vector<int>& prefix, std::string_view bytes, json::Value& out, int depth) {
        if (depth > kDepthMax) return error(Reason::BadRequest, "proto: message is nested too deeply");
        WireReader reader(bytes);
        while (!reader.at_end()) {
            Item item = TRY(next(reader, schema));
            bool embedded = false;
            const Field* field = find(schema, prefix, item.field, embedded);
            if (field) {
                TRY(assign(schema, *field, item, out, depth));
            } else if (embedded && item.type == WireType::Bytes) {
                prefix.push_back(item.field);
                TRY(message(schema, prefix, item.bytes, out, depth + 1));
                prefix.pop_back();
            }
        }
        if (prefix.empty()) drop_repeated_keys(schema, out);
        return {};
    }

private:
    // Wrong tags are said with the type that they stand in.
    static Result<Item> next(WireReader& reader, const TypeSchema& schema) {
        auto item = reader.next();
        if (item.ok()) return item;
        constexpr std::string_view kTag = "proto: illegal tag", kEnd = "proto: illegal wireType 4";
        const std::string why = item.status().message();
        if (why == kEnd) return error(Reason::BadRequest, "proto: {}: wiretype end group for non-group", schema.short_name());
        if (why.starts_with(kTag)) return error(Reason::BadRequest, "proto: {}: {}", schema.short_name(), why.substr(7));
        return item;
    }
    Status count() { return ++values_ <= kValuesMax ? Status() : too_many(); }
    static Status too_many() {
        return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", kValuesMax);
    }

    // A key that comes again keeps its place and has the last value. Small maps have been looked after entry by entry.
    static void drop_repeated_keys(const TypeSchema& schema, json::Value& out) {
        if (!out.is_object()) return;
        for (json::Member& member : out.mut_members()) {
            if (!member.value.is_object() || member.value.size() <= kScanMax) continue;
            const Field* field = schema.find(member.key);
            if (!field || field->value.kind != Kind::Map) continue;
            json::Object& entries = member.value.mut_members();
            TextMap<size_t> places;
            size_t kept = 0;
            for (size_t i = 0; i < entries.size(); ++i) {
                auto [same, is_new] = places.try_emplace(entries[i].key, kept);
                if (!is_new) entries[same->second].value = std::move(entries[i].value);
                else if (kept++ != i) entries[kept - 1] = std::move(entries[i]);
            }
            entries.resize(kept);
        }
    }

    static const Field* find(const TypeSchema& schema, const std::vector<int>& prefix, int number, bool& embedded) {
        for (const auto& field : schema.fields()) {
            const auto& path = field.proto;
            if (path.size() <= prefix.size() || path[prefix.size()] != number) continue;
            if (!std::equal(prefix.begin(), prefix.end(), path.begin())) continue;
            if (path.size() == prefix.size() + 1) return &field;
            embedded = true;
        }
        return nullptr;
    }

    // owner: the type that has the field.
    Status assign(const TypeSchema& owner, const Field& field, const Item& item, json::Value& out, int depth) {
        const ValueSchema& schema = field.value;
        if (field.go_type == kSchemaOrBool || field.go_type == kSchemaOrArray) return schema_or(owner, field, item, out.mut(field.name), depth);
        if (schema.kind == Kind::Map) return map_entry(field, item, out.mut(field.name), depth);
        if (schema.kind == Kind::List) return element(field, *schema.element, item, out.mut(field.name), depth);
        // A message that comes twice is merged.
        json::Value& slot = out.mut(field.name);
        return value(field, schema, item, slot, depth);
    }

    Status element(const Field& field, const ValueSchema& schema, const Item& item, json::Value& list, int depth) {
        bool number = schema.kind == Kind::Int32 || schema.kind == Kind::Int64 || schema.kind == Kind::Bool;
        if (number && item.type == WireType::Bytes) {   // packed
            WireReader reader(item.bytes);
            while (!reader.at_end()) {
                Item one{item.field, WireType::Varint, TRY(reader.varint()), {}};
                list.push_back({});
                TRY(value(field, schema, one, list.mut_items().back(), depth));
            }
            return {};
        }
        list.push_back({});
        return value(field, schema, item, list.mut_items().back(), depth);
    }

    Status map_entry(const Field& field, const Item& item, json::Value& map, int depth) {
        if (item.type != WireType::Bytes) return wrong_wire_type(field, item);
        TRY(count());
        map.mut_members();
        std::string key;
        json::Value content = empty_value(*field.value.element);
        WireReader reader(item.bytes);
        while (!reader.at_end()) {
            Item part = TRY(reader.next());
            if (part.field == 1) key = json::valid_utf8(std::string(part.bytes));
            if (part.field != 2) continue;
            if (field.value.element->kind != Kind::List) {
                TRY(value(field, *field.value.element, part, content, depth));
                continue;
            }
            WireReader inner(part.bytes);
            while (!inner.at_end()) {
                Item one = TRY(inner.next());
                if (one.field == 1) TRY(element(field, *field.value.element->element, one, content, depth));
            }
        }
        if (map.size() < kScanMax) map.set(key, std::move(content));
        else map.mut_members().push_back({std::move(key), std::move(content)});
        return {};
    }

    static json::Value empty_value(const ValueSchema& schema) {
        if (schema.kind == Kind::List) return json::Value::array();
        if (schema.kind == Kind::Object) return json::Value::object();
        return schema.kind == Kind::Quantity ? json::Value("0") : json::Value("");
    }

    Status value(const Field& field, const ValueSchema& schema, const Item& item, json::Value& out, int depth) {
        bool varint = schema.kind == Kind::Bool || schema.kind == Kind::Int32 || schema.kind == Kind::Int64;
        WireType wanted = varint ? WireType::Varint : schema.kind == Kind::Double ? WireType::Fixed64 : WireType::Bytes;
        if (item.type != wanted) return wrong_wire_type(field, item);
        TRY(count());
        switch (schema.kind) {
            case Kind::String: out = json::valid_utf8(std::string(item.bytes)); return {};
            case Kind::Bool: out = item.number != 0; return {};
            case Kind::Int32: out = static_cast<int64_t>(static_cast<int32_t>(item.number)); return {};
            case Kind::Int64: out = static_cast<int64_t>(item.number); return {};
            case Kind::Double: out = std::bit_cast<double>(item.number); return {};
            case Kind::Bytes: out = base64_encode(item.bytes); return {};
            case Kind::Quantity: return first_text(item.bytes, out);
            case Kind::Any: return raw_json(item.bytes, out);
            case Kind::Time:
            case Kind::MicroTime: return time(schema.kind, item.bytes, out);
            case Kind::Duration: return duration(item.bytes, out);
            case Kind::IntOrString: return int_or_string(item.bytes, out);
            case Kind::Object: {
                if (!out.is_object()) out = json::Value::object();
                std::vector<int> prefix;
                return message(*schema.object, prefix, item.bytes, out, depth + 1);
            }
            default: return {};
        }
    }

    Status schema_or(const TypeSchema& schema, const Field& field, const Item& item, json::Value& out, int depth) {
        if (item.type != WireType::Bytes) return wrong_wire_type(field, item);
        const bool or_bool = field.go_type == kSchemaOrBool;
        if (or_bool) out = false;
        WireReader reader(item.bytes);
        while (!reader.at_end()) {
            Item part = TRY(reader.next());
            std::vector<int> prefix;
            if (or_bool && part.field == 1) {
                if (!out.is_object()) out = part.number != 0;
            } else if (part.type == WireType::Bytes && part.field == (or_bool ? 2 : 1)) {
                out = json::Value::object();
                TRY(message(schema, prefix, part.bytes, out, depth + 1));
            } else if (part.type == WireType::Bytes && part.field == 2) {
                out.push_back(json::Value::object());
                TRY(message(schema, prefix, part.bytes, out.mut_items().back(), depth + 1));
            }
        }
        return {};
    }

    static Status first_text(std::string_view bytes, json::Value& out) {
        out = "0";
        WireReader reader(bytes);
        while (!reader.at_end()) {
            Item item = TRY(reader.next());
            if (item.field == 1 && !item.bytes.empty()) out = json::valid_utf8(std::string(item.bytes));
        }
        return {};
    }

    Status raw_json(std::string_view bytes, json::Value& out) {
        WireReader reader(bytes);
        while (!reader.at_end()) {
            Item item = TRY(reader.next());
            if (item.field == 1 && !item.bytes.empty()) {
                if ((values_ += json::count_values(item.bytes, kValuesMax)) > kValuesMax) return too_many();
                out = TRY(json::parse(item.bytes));
            }
        }
        return {};
    }

    // An empty message is the zero time, which JSON writes as null.
    static Status time(Kind kind, std::string_view bytes, json::Value& out) {
        if (bytes.empty()) return {};
        int64_t seconds = 0, nanos = 0;
        WireReader reader(bytes);
        while (!reader.at_end()) {
            Item item = TRY(reader.next());
            if (item.field == 1) seconds = static_cast<int64_t>(item.number);
            if (item.field == 2) nanos = static_cast<int32_t>(item.number);
        }
        if (seconds > kSecondsMax || seconds < kSecondsMin || nanos < 0 || nanos > 999'999'999) return error(Reason::BadRequest, "proto: time out of range");
        Moment moment{seconds, nanos};
        if (moment.is_zero()) return {};
        out = kind == Kind::Time ? format_moment(moment) : format_micro_moment(moment);
        return {};
    }

    static Status duration(std::string_view bytes, json::Value& out) {
        int64_t nanos = 0;
        WireReader reader(bytes);
        while (!reader.at_end()) {
            Item item = TRY(reader.next());
            if (item.field == 1) nanos = static_cast<int64_t>(item.number);
        }
        out = format_duration(Duration(nanos));
        return {};
    }

    static Status int_or_string(std::string_view bytes, json::Value& out) {
        bool text = false;
        int64_t number = 0;
        std::string words;
        WireReader reader(bytes);
        while (!reader.at_end()) {
            Item item = TRY(reader.next());
            if (item.field == 1) text = item.number == 1;
            if (item.field == 2) number = static_cast<int32_t>(item.number);
            if (item.field == 3) words = json::valid_utf8(std::string(item.bytes));
        }
        out = text ? json::Value(std::move(words)) : json::Value(number);
        return {};
    }

    size_t values_ = 0;
};

}  // namespace

Result<json::Value> decode_protobuf(const TypeSchema& schema, std::string_view raw) {
    json::Value tree = json::Value::object();
    std::vector<int> prefix;
    TRY(Decoder().message(schema, prefix, raw, tree, 0));
    return tree;
}

}  // namespace skiff::api
