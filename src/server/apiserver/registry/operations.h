// The operations on stored objects, one file each. They run the same for HTTP and in-process callers; the caller has been authorized.
//
// Reads answer from the cache and never block. Writes block until the commit is durable and applied to the cache: pool threads only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/apiserver/core.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {

// What an operation answers: a stored object, or a value (Status, Scale, a review).
struct Answer {
    int code = 200;
    api::ObjectPtr object;                       // in any version of `kind`'s storage prefix
    const api::KindInfo* kind = nullptr;         // as which the object is to be shown
    std::optional<json::Value> value;
    std::string_view value_type;                 // schema of value, for protobuf: "autoscaling.v1.Scale"
};

Result<Answer> get_object(Core& core, RequestContext& context, std::string_view resource_version);
// track: keep managedFields of the writer (apply has done it).
Result<Answer> create_object(Core& core, RequestContext& context, json::Value object, bool track = true);
// A wanted object names the object of the request, or the answer is BadRequest. What it does not say of its namespace is filled in.
Status check_object_names(const RequestContext& context, json::Value& object);
// Whether metadata.resourceVersion, if there is one, is a revision at all: Kubernetes answers 500 when it is none.
Status check_revision_text(const json::Value& meta);
Result<Answer> update_object(Core& core, RequestContext& context, json::Value object);
Result<Answer> patch_object(Core& core, RequestContext& context, const Body& body);

struct DeleteOptions {
    std::optional<int64_t> grace_period_s;
    std::string propagation;                     // "", Orphan, Foreground, Background
    std::optional<bool> orphan_dependents;
    std::optional<std::string> uid, resource_version;   // preconditions; an empty one holds of no object
    bool dry_run = false;
};
// Conflict when the object is not the one that the options name.
Status check_preconditions(const api::KindInfo& kind, const DeleteOptions& options, const std::string& name, const std::string& uid,
                           const std::string& resource_version);
Result<Answer> delete_object(Core& core, RequestContext& context, DeleteOptions options);

struct ListRequest {
    Filter filter;
    std::string resource_version, resource_version_match, continue_token;
    int64_t limit = 0;
    bool send_initial_events = false;   // given at all, which only watches may
};
struct ListAnswer {
    std::vector<ItemPtr> items;
    int64_t revision = 0;
    std::string continue_token;
    std::optional<int64_t> remaining;
};
// Whether the list may block (an old revision from the store, a revision that has not come yet): then only on a pool thread.
bool list_may_block(const Core& core, const ListRequest& request);
Result<ListAnswer> list_objects(Core& core, const api::KindInfo& kind, const ListRequest& request);
// A whole number of the query as Go reads one (a plus is allowed); nothing when it is not there, BadRequest when it is none.
Result<std::optional<int64_t>> query_number(const net::Query& query, std::string_view key);
// BadRequest/Invalid for selectors and versions that cannot be read.
Result<ListRequest> parse_list(const RequestContext& context, const net::Query& query);

// What a client is told that deletes without saying what becomes of the dependents.
void warn_of_orphans(RequestContext& context, const DeleteOptions& options);

// DELETE of a collection: deletes what the list shows, answers it.
Result<ListAnswer> delete_collection(Core& core, RequestContext& context, const ListRequest& list, const DeleteOptions& options);

// One change of a stored object under compare-and-swap.
struct Change {
    // Which members the caller may change; the rest is kept from the old object.
    enum class Part { Main, Status, Whole };
    const api::KindInfo* kind = nullptr;         // of the trees below
    std::string ns, name;
    Part part = Part::Main;
    // The wanted object from the present one. May run several times.
    std::function<Result<json::Value>(const json::Value& old)> make;
    // What of the wanted object the door lets through, after managers and webhooks have seen it whole. Null: what `part` says.
    std::function<Result<json::Value>(const json::Value& old, json::Value wanted)> settle;
    // On a missing object: creates from make(null). Without it: NotFound.
    std::function<Result<Answer>()> create_missing;
    // Admission sees the subresource's form of the object (Scale): show() makes it, take() puts it back.
    struct Form {
        const api::KindInfo* kind = nullptr;
        std::function<json::Value(const json::Value& object)> show;
        std::function<Result<json::Value>(const json::Value& object, const json::Value& shown)> take;
    };
    std::optional<Form> form;
    bool track = true;                           // update managedFields (apply has done it)
    bool retry = false;                          // on a conflict with another writer: start again (patches)
    bool validate = true;
    bool admit = true;
    bool bump_generation = true;
    bool check_uid = true;                       // a uid in the wanted object must be the present one's (patches: it is immutable instead)
};
Result<Answer> change_object(Core& core, RequestContext& context, const Change& change);

// What a dry run answers: the object as it would be read again.
api::ObjectPtr unwritten_object(const Core& core, const api::KindInfo& kind, json::Value object);
// Commits a new or changed object (item null: must not exist) and waits until the cache shows it.
Result<api::ObjectPtr> commit_object(Core& core, const api::KindInfo& kind, const json::Value& object, const Item* old, std::optional<store::Durability> durability = {});
// Deletes; the answer and the event are the last state (as `old` has it) with the deletion's resourceVersion.
Result<api::ObjectPtr> commit_delete(Core& core, const api::KindInfo& kind, const json::Value& last, const Item& old);

// The object as a tree in the version of kind (a copy that may be changed).
json::Value tree_as(const Core& core, const api::Object& object, const api::KindInfo& kind);
// The same without a copy, when it is stored in that version.
api::TreePtr shared_tree_as(const Core& core, const api::Object& object, const api::KindInfo& kind);
// The bytes in the version of kind.
api::Bytes bytes_as(const Core& core, const api::Object& object, const api::KindInfo& kind);

// Under which keys Kubernetes keeps the kind, for messages that tell.
std::string shown_prefix(const api::KindInfo& kind, bool dry_run);

// Whether a write failed because its compare-and-swap did: it may be tried again on the newer state.
bool raced(const Status& status);
// Waits until the cache has what the store has acknowledged, after a compare-and-swap found it behind.
void catch_up(Core& core);

}  // namespace skiff::apiserver
