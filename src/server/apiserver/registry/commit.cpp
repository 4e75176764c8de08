// The last step of every write: bytes, compare-and-swap, and the wait until the cache shows them.
#include "base/log.h"
#include "json/write.h"
#include "server/apiserver/registry/conversion.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/registry/traits.h"

namespace skiff::apiserver {
namespace {

constexpr Duration kApplyTimeout = std::chrono::seconds(30);

Result<store::Committed> commit(Core& core, store::Write write) {
    auto result = core.store.commit(std::move(write));
    if (!result.ok()) {
        // What the store says when the key is not as expected; callers know it by its missing details (raced()).
        Reason reason = result.status().reason();
        if (reason == Reason::AlreadyExists || reason == Reason::NotFound || reason == Reason::Conflict) return Status(Reason::Conflict, "another writer was faster");
        return std::move(result).status();
    }
    store::Committed committed = std::move(result).value();
    if (!core.cache.wait_applied(committed.revision, kApplyTimeout))
        return error(Reason::ServerTimeout, "the write is stored, but its publication is late; try to read it again");
    return committed;
}

// The object as the request wrote it, with its new version: its conversion back would give the same.
api::ObjectPtr stamped(json::Value object, int64_t revision) {
    object.mut("metadata").set("resourceVersion", std::to_string(revision));
    return api::Object::from_tree(std::move(object));
}

// The object as stored: in the storage version of its prefix.
Result<json::Value> to_stored(Core& core, const api::KindInfo& kind, const json::Value& object) {
    if (kind.custom) return custom_to_storage(core, kind, object);
    return convert(object, kind, storage_kind(core.kinds, kind));
}

}  // namespace

bool raced(const Status& status) { return status.reason() == Reason::Conflict && status.details().kind.empty() && status.causes().empty(); }

void catch_up(Core& core) { core.cache.wait_applied(core.store.current_revision(), kApplyTimeout); }

Result<api::ObjectPtr> commit_object(Core& core, const api::KindInfo& kind, const json::Value& object, const Item* old, std::optional<store::Durability> durability) {
    const json::Value& meta = object["metadata"];
    store::Write write;
    write.key = store_key(kind, meta["namespace"].as_string(), meta["name"].as_string());
    write.expected = old ? old->revision : 0;
    const api::KindInfo& stored = storage_kind(core.kinds, kind);
    json::Value as_stored;
    if (&stored != &kind) as_stored = TRY(to_stored(core, kind, object));
    write.value = storage_text(&stored == &kind ? object : as_stored, write.stamp_at);
    const api::TreePtr before = old && traits_of(kind).durability != store::Durability::Synced ? old->object->tree() : nullptr;
    write.durability = durability ? *durability : durability_of(kind, object, before.get());
    store::Committed committed = TRY(commit(core, std::move(write)));
    // What the stored version does not have is lost.
    if (kind.custom && &stored != &kind) return stamped(TRY(custom_in_version(core, kind, std::move(as_stored))), committed.revision);
    ItemPtr item = core.cache.resource(kind)->get(object_key(meta["namespace"].as_string(), meta["name"].as_string()));
    if (item && item->revision == committed.revision) return item->object;
    return api::Object::from_bytes(committed.entries.at(0)->value);
}

api::ObjectPtr unwritten_object(const Core& core, const api::KindInfo& kind, json::Value object) {
    const api::KindInfo& stored = storage_kind(core.kinds, kind);
    if (!kind.custom && &stored != &kind) object = convert(convert(std::move(object), kind, stored), stored, kind);
    return api::Object::from_tree(std::move(object));
}

Result<api::ObjectPtr> commit_delete(Core& core, const api::KindInfo& kind, const json::Value& last, const Item& old) {
    store::Write write;
    const api::Meta& meta = old.object->meta();
    write.key = store_key(kind, meta.ns, meta.name);
    write.expected = old.revision;
    write.kind = store::Write::Kind::Delete;
    write.value = storage_text(TRY(to_stored(core, kind, last)), write.stamp_at);
    write.durability = durability_of(kind, last, nullptr);
    store::Committed committed = TRY(commit(core, std::move(write)));
    if (kind.custom) return stamped(last, committed.revision);
    return api::Object::from_bytes(committed.entries.at(0)->value);
}

api::TreePtr shared_tree_as(const Core& core, const api::Object& object, const api::KindInfo& kind) {
    const api::KindInfo& stored = storage_kind(core.kinds, kind);
    if (stored.gvk == kind.gvk) return object.tree();
    return std::make_shared<const json::Value>(convert(*object.tree(), stored, kind));
}

json::Value tree_as(const Core& core, const api::Object& object, const api::KindInfo& kind) {
    return convert(*object.tree(), storage_kind(core.kinds, kind), kind);
}

api::Bytes bytes_as(const Core& core, const api::Object& object, const api::KindInfo& kind) {
    if (object.api_version() == kind.gvk.api_version()) return object.bytes();
    return std::make_shared<const std::string>(json::write(tree_as(core, object, kind)));
}

}  // namespace skiff::apiserver
