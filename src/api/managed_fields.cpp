#include "api/managed_fields.h"

#include <algorithm>
#include <tuple>

#include "api/go_text.h"

namespace skiff::api {

namespace {

constexpr size_t kEntriesMax = 1000;

Result<ManagedEntry> read_entry(const json::Value& value, size_t index) {
    ManagedEntry entry;
    const std::string& operation = value["operation"].as_string();
    if (operation != "Apply" && operation != "Update") return error(Reason::BadRequest, "operation must be `Apply` or `Update`");
    entry.applied = operation == "Apply";
    entry.api_version = value["apiVersion"].as_string();
    if (entry.api_version.empty()) return error(Reason::BadRequest, "apiVersion must not be empty");
    const std::string& type = value["fieldsType"].as_string();
    if (type.empty()) return error(Reason::BadRequest, "missing fieldsType in managed fields entry {}", index);
    if (type != "FieldsV1") return error(Reason::BadRequest, "invalid fieldsType {} in managed fields entry {}", go_quote(type), index);
    entry.manager = value["manager"].as_string();
    entry.subresource = value["subresource"].as_string();
    entry.time = value["time"].as_string();
    if (const json::Value* fields = value.find("fieldsV1"); fields && !fields->is_null()) entry.fields = TRY(FieldSet::from_json(*fields));
    return entry;
}

json::Value write_entry(const ManagedEntry& entry) {
    json::Object members;
    members.reserve(7);
    members.push_back({"manager", entry.manager});
    members.push_back({"operation", entry.applied ? "Apply" : "Update"});
    members.push_back({"apiVersion", entry.api_version});
    if (!entry.time.empty()) members.push_back({"time", entry.time});
    members.push_back({"fieldsType", "FieldsV1"});
    members.push_back({"fieldsV1", entry.fields.to_json()});
    if (!entry.subresource.empty()) members.push_back({"subresource", entry.subresource});
    return json::Value(std::move(members));
}

}  // namespace

bool ManagedEntry::same_manager(const ManagedEntry& other) const {
    return manager == other.manager && applied == other.applied && subresource == other.subresource &&
           (applied || api_version == other.api_version);
}

std::string ManagedEntry::shown_name() const {
    std::string text = go_quote(manager);
    if (!subresource.empty()) text += " with subresource " + go_quote(subresource);
    if (!applied) text += " using " + api_version;
    return text;
}

Result<ManagedFields> ManagedFields::from_json(const json::Value& list) {
    ManagedFields managed;
    if (list.size() > kEntriesMax) return error(Reason::BadRequest, "too many managed fields entries");
    for (size_t i = 0; i < list.size(); ++i) {
        auto entry = TRY(read_entry(list[i], i));
        if (ManagedEntry* same = managed.find(entry)) *same = std::move(entry);
        else managed.entries_.push_back(std::move(entry));
    }
    return managed;
}

json::Value ManagedFields::to_json() const {
    std::vector<const ManagedEntry*> sorted;
    for (const auto& entry : entries_) sorted.push_back(&entry);
    auto rank = [](const ManagedEntry& e) { return std::tie(e.time, e.manager, e.api_version, e.subresource); };
    std::sort(sorted.begin(), sorted.end(), [&](const ManagedEntry* a, const ManagedEntry* b) {
        return a->applied != b->applied ? a->applied : rank(*a) < rank(*b);
    });
    json::Array list;
    list.reserve(sorted.size());
    for (const auto* entry : sorted) list.push_back(write_entry(*entry));
    return json::Value(std::move(list));
}

ManagedEntry* ManagedFields::find(const ManagedEntry& identity) {
    for (auto& entry : entries_)
        if (entry.same_manager(identity)) return &entry;
    return nullptr;
}

void ManagedFields::drop_empty() {
    std::erase_if(entries_, [](const ManagedEntry& entry) { return entry.fields.empty(); });
}

void ManagedFields::cap_updaters(size_t count_max) {
    std::vector<ManagedEntry*> updaters;
    for (auto& entry : entries_)
        if (!entry.applied) updaters.push_back(&entry);
    if (updaters.size() <= count_max) return;
    std::sort(updaters.begin(), updaters.end(),
              [](auto* a, auto* b) { return std::tie(a->time, a->manager) < std::tie(b->time, b->manager); });
    size_t count = updaters.size();
    // The oldest of each version becomes the bucket that takes the next ones in.
    for (size_t i = 0; i < updaters.size() && count > count_max; ++i) {
        auto bucket = std::find_if(updaters.begin(), updaters.begin() + static_cast<std::ptrdiff_t>(i), [&](auto* older) {
            return !older->fields.empty() && older->api_version == updaters[i]->api_version;
        });
        if (bucket == updaters.begin() + static_cast<std::ptrdiff_t>(i)) continue;
        (*bucket)->manager = "ancient-changes";
        (*bucket)->subresource.clear();
        (*bucket)->time = updaters[i]->time;
        (*bucket)->fields = set_union((*bucket)->fields, updaters[i]->fields);
        updaters[i]->fields = {};
        --count;
    }
    drop_empty();
}

bool asks_to_reset(const json::Object& metadata) {
    for (const auto& [key, value] : metadata)
        if (key == "managedFields") return value.is_array() && (value.size() == 0 || (value.size() == 1 && value[0].size() == 0));
    return false;
}

}  // namespace skiff::api
