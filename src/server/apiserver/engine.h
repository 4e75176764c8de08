// The registry's view of the generic engine in src/api: reading bodies, defaults, validation, patches, managedFields, bytes for the store.
// Thin: one place where the engine's functions are called with the server's options and errors are worded as kube-apiserver does.
// Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/kind.h"
#include "server/apiserver/negotiate.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

// A request body: bytes with their content type, or a tree already (in-process calls).
struct Body {
    std::string_view bytes;
    std::string content_type;
    const json::Value* tree = nullptr;
    bool empty() const { return tree == nullptr && bytes.empty(); }
};

// The body as an object of the kind: typed, pruned, fields in order, defaults set. Unknown and duplicate fields become warnings of the
// context or BadRequest, by context.field_validation.
Result<json::Value> decode_object(const api::KindRegistry& kinds, const api::KindInfo& kind, const Body& body, RequestContext& context);
// The same for a body of another type: Scale, Binding, TokenRequest. type_name is its schema ("autoscaling.v1.Scale").
Result<json::Value> decode_typed(const api::KindRegistry& kinds, const api::Gvk& gvk, std::string_view type_name, const Body& body,
                                 RequestContext& context);
// A body of DELETE. Unknown fields are ignored, as kube-apiserver does.
Result<json::Value> decode_delete_options(const api::KindRegistry& kinds, const Body& body);

void set_defaults(const api::KindInfo& kind, json::Value& object);

// Invalid with all causes.
Status validate_create(const api::KindInfo& kind, const json::Value& object);
Status validate_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old);
Status validate_status_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old);

// The text that the store keeps: kind and apiVersion first, then the members in the schema's order. stamp_at is the offset of
// metadata.resourceVersion's value, which is written empty.
std::string storage_text(const json::Value& object, size_t& stamp_at);

// managedFields after a create, update or patch (not apply). old null on create.
void track_fields(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value* old, json::Value& object,
                  const RequestContext& context, Clock& clock);

struct Patch {
    enum class Type { Json, Merge, Strategic, Apply };
    Type type;
    json::Value document;
    std::string repeated;                   // Apply: what is wrong with a document that names members twice
    std::vector<std::string> problems;      // members that are named twice or that no operation has, for those who read strictly
};
// A tree made by the patch, brought into the kind's form.
Result<json::Value> normalize_patched(const api::KindRegistry& kinds, const api::KindInfo& kind, json::Value tree, RequestContext& context, const Patch& patch);

// UnsupportedMediaType, or BadRequest for a patch that cannot be read.
Result<Patch> decode_patch(const api::KindInfo& kind, const Body& body, RequestContext& context);
// The patched tree (not apply). Errors as kube-apiserver words them.
Result<json::Value> apply_patch(const api::KindInfo& kind, const json::Value& old, const Patch& patch);
// Server-side apply: the merged object with its managedFields; old null when the object does not exist. Conflict with causes.
Result<json::Value> apply_configuration(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value* old, const json::Value& configuration,
                                        RequestContext& context, Clock& clock);
// What is said of a configuration that could be applied but names members twice: a warning or, strictly, BadRequest.
Status settle_repeated(const Patch& patch, RequestContext& context);

// "pods \"a\" not found" and its kin, with details.
Status not_found(const api::KindInfo& kind, std::string_view name);
// being_deleted: the one that exists is on its way out, which clients are told.
Status already_exists(const api::KindInfo& kind, std::string_view name, bool being_deleted = false);
// A read asks for a revision that the server has not reached.
Status revision_too_large(int64_t wanted, int64_t current);
Status conflict(const api::KindInfo& kind, std::string_view name, std::string_view why);
Status forbidden(const api::KindInfo& kind, std::string_view name, std::string_view why);
Status modified_conflict(const api::KindInfo& kind, std::string_view name);
// Details that are sent as an empty object.
Status::Details empty_details();
// Answers of the generic layer, e.g. 405 and 404 of a path: their Status has empty details.
Status method_not_allowed();
Status no_such_resource();
// The token with which a client may go on after Expired; status_value puts it into the answer's metadata.
Status&& with_continue(Status&& status, std::string token);
// The reason is a text of somebody else's, as webhooks may give one.
Status&& with_reason_text(Status&& status, std::string reason);
std::string timestamp_now(const Clock& clock);

// metav1.Status as JSON: of a failure, and of a success with details.
json::Value status_value(const Status& status);
json::Value success_value(const api::KindInfo& kind, const api::Meta& meta);
json::Value plain_success(int code);

}  // namespace skiff::apiserver
