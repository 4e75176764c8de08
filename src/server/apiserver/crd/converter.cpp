#include "server/apiserver/crd/converter.h"

#include "api/go_text.h"
#include "api/names.h"
#include "api/validation.h"
#include "base/random.h"
#include "server/apiserver/admission/webhook_client.h"

namespace skiff::apiserver {
namespace {

using json::Value;

constexpr std::chrono::seconds kTimeout{30};
// One review carries at most so many objects; a longer list takes several.
constexpr size_t kBatchMax = 500;

std::string shown_kind(const Value& object) {
    api::GroupVersion gv = api::GroupVersion::parse(object["apiVersion"].as_string());
    return fmt::format("{}/{}, Kind={}", gv.group, gv.version, object["kind"].as_string());
}

Status check_response(const Value& answer, const std::string& version, const std::string& uid) {
    const Value& response = answer["response"];
    if (version == "v1") {
        const std::string &got_version = answer["apiVersion"].as_string(), &got_kind = answer["kind"].as_string();
        if (got_version != "apiextensions.k8s.io/v1" || got_kind != "ConversionReview") {
            api::GroupVersion gv = api::GroupVersion::parse(got_version);
            return error(Reason::InternalError, "expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got {}/{}, Kind={}", gv.group, gv.version, got_kind);
        }
    }
    if (!response.is_object()) return error(Reason::InternalError, "no response provided");
    if (version == "v1" && response["uid"].as_string() != uid) return error(Reason::InternalError, "expected response.uid=\"{}\", got \"{}\"", uid, response["uid"].as_string());
    const std::string& status = response["result"]["status"].as_string();
    if (status == "Success") return {};
    const std::string& message = response["result"]["message"].as_string();
    if (!message.empty()) return Status(Reason::InternalError, message);
    return error(Reason::InternalError, "response.result.status was '{}', not 'Success'", status);
}

// What the webhook changed is looked at as any client's would be.
Status check_map(std::string_view field, const Value& map) {
    api::FieldErrors errors;
    const api::FieldPath path("metadata");
    if (field == "labels") api::validate_labels(map, path.child("labels"), errors);
    else api::validate_annotations(map, path.child("annotation"), errors);
    return errors.empty() ? Status() : error(Reason::InternalError, "returned invalid metadata: {}", errors.text());
}

// Metadata is the original's, but for labels and annotations.
Status take_metadata(const Value& original, Value& converted, const api::KindInfo& to) {
    const std::string& version = converted["apiVersion"].as_string();
    if (version != to.gvk.api_version())
        return error(Reason::InternalError, "returned invalid object at index 0: invalid groupVersion (expected {}, received {})", to.gvk.api_version(), version);
    if (converted["kind"] != original["kind"])
        return error(Reason::InternalError, "returned invalid object at index 0: invalid kind (expected {}, received {})", original["kind"].as_string(), converted["kind"].as_string());
    for (const char* field : {"name", "namespace", "uid"})
        if (original["metadata"][field].as_string() != converted["metadata"][field].as_string())
            return error(Reason::InternalError, "returned invalid object: must have the same {}: {} != {}", field[0] == 'u' ? "UID" : field, original["metadata"][field].as_string(),
                         converted["metadata"][field].as_string());
    if (!converted["metadata"].is_object()) return error(Reason::InternalError, "returned invalid metadata: missing metadata in converted object");
    Value metadata = original["metadata"];
    for (const char* field : {"labels", "annotations"}) {
        const Value& changed = converted["metadata"][field];
        for (const auto& [key, value] : changed.members())
            if (!value.is_string()) return error(Reason::InternalError, "returned invalid metadata: metadata.{}[{}] must be a string, but is {} in converted object", field, key, api::go_type(value));
        if (!(changed == metadata[field])) TRY(check_map(field, changed));
        if (changed.size() > 0) metadata.set(field, changed);
        else metadata.erase(field);
    }
    converted.set("metadata", std::move(metadata));
    return {};
}

Result<std::vector<Value>> convert_batch(Core& core, const Value& webhook, const std::string& version, const api::KindInfo& to, std::vector<Value> originals) {
    std::string uid = random_uuid();
    Value objects = Value::array();
    for (const Value& object : originals) objects.push_back(object);
    Value review = Value::object({{"kind", "ConversionReview"}, {"apiVersion", "apiextensions.k8s.io/" + version}});
    review.set("request", Value::object({{"uid", uid}, {"desiredAPIVersion", to.gvk.api_version()}, {"objects", std::move(objects)}}));
    Value answer = TRY(core.webhooks->call(webhook["clientConfig"], "timeout=30s", review, kTimeout));
    TRY(check_response(answer, version, uid));
    Value* found = answer.mut("response").find("convertedObjects");
    size_t count = found ? found->size() : 0;
    if (count != originals.size()) return error(Reason::InternalError, "returned {} objects, expected {}", count, originals.size());
    std::vector<Value> out;
    for (size_t i = 0; i < count; ++i) {
        Value& converted = found->mut_items()[i];
        TRY(take_metadata(originals[i], converted, to));
        out.push_back(std::move(converted));
    }
    return out;
}

}  // namespace

Result<std::vector<Value>> convert_by_webhook(Core& core, const api::CustomDefinition& definition, const api::KindInfo& to, std::vector<Value> objects) {
    api::TreePtr tree = definition.object->tree();
    const Value& webhook = (*tree)["spec"]["conversion"]["webhook"];
    std::string version;
    for (const Value& offered : webhook["conversionReviewVersions"].items())
        if (version.empty() && (offered.as_string() == "v1" || offered.as_string() == "v1beta1")) version = offered.as_string();
    if (version.empty() || !core.webhooks) return error(Reason::InternalError, "Internal error occurred: no supported conversion review versions");
    std::string shown = objects.empty() ? std::string() : shown_kind(objects.front());
    std::vector<Value> out;
    for (size_t start = 0; start < objects.size(); start += kBatchMax) {
        auto end = std::min(start + kBatchMax, objects.size());
        std::vector<Value> batch(std::make_move_iterator(objects.begin() + static_cast<std::ptrdiff_t>(start)), std::make_move_iterator(objects.begin() + static_cast<std::ptrdiff_t>(end)));
        auto converted = convert_batch(core, webhook, version, to, std::move(batch));
        if (!converted.ok()) {
            constexpr std::string_view kCall = "failed to call webhook: ";   // as admission words it
            std::string_view why = converted.status().message();
            if (why.starts_with(kCall)) why.remove_prefix(kCall.size());
            bool returned = why.starts_with("returned ");
            return Status(Reason::Unknown, fmt::format("conversion webhook for {} {}{}", shown, returned ? "" : "failed: ", why));
        }
        for (Value& value : *converted) out.push_back(std::move(value));
    }
    return out;
}

}  // namespace skiff::apiserver
