// MutatingAdmissionWebhook and ValidatingAdmissionWebhook: asks the webhooks whose rules a request matches, in the order of the
// configurations' names, and takes their patches and verdicts (admission.k8s.io/v1 AdmissionReview).
#include <algorithm>

#include "api/decode.h"
#include "api/go_text.h"
#include "api/scalar_form.h"
#include "base/encoding.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/random.h"
#include "json/json_patch.h"
#include "json/parse.h"
#include "json/write.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/reinvocation.h"
#include "server/apiserver/admission/request_document.h"
#include "server/apiserver/admission/request_version.h"
#include "server/apiserver/admission/webhook_client.h"
#include "server/apiserver/admission/webhook_rules.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

using json::Value;

constexpr size_t kWarningsMax = 100;
constexpr size_t kPatchBytesMax = 3 << 20;

// "failed calling webhook "x": why", which failurePolicy may turn into nothing.
Status call_failed(const Webhook& webhook, std::string_view why) {
    return error(Reason::InternalError, "Internal error occurred: failed calling webhook \"{}\": {}", webhook.name, why);
}

Status denied(const Webhook& webhook, const Value& result) {
    std::string text = fmt::format("admission webhook \"{}\" denied the request", webhook.name);
    const std::string &message = result["message"].as_string(), &reason = result["reason"].as_string();
    if (!message.empty()) text += ": " + message;
    else if (!reason.empty()) text += ": " + reason;
    else text += " without explanation";
    int64_t code = result["code"].as_int();
    Status status(reason_from_name(reason) == Reason::Ok ? Reason::Unknown : reason_from_name(reason), std::move(text));
    const Value& details = result["details"];
    for (const Value& cause : details["causes"].items()) status = std::move(status).with_cause({cause["reason"].as_string(), cause["message"].as_string(), cause["field"].as_string()});
    if (details.is_object()) status = std::move(status).with_details({details["group"].as_string(), details["kind"].as_string(), details["name"].as_string(), details["uid"].as_string()});
    if (int64_t seconds = details["retryAfterSeconds"].as_int(); seconds > 0) status = std::move(status).with_retry_after(static_cast<int>(std::min<int64_t>(seconds, INT32_MAX)));
    if (status.reason() == Reason::Unknown && !reason.empty()) status = with_reason_text(std::move(status), reason);
    return std::move(status).with_code(code >= 400 && code < 1000 ? static_cast<int>(code) : 400);
}

// What Go's decoder says of members that have another type; "": nothing. patch: decoded, what is readable of it.
std::string misread(const Value& response, std::string& patch) {
    auto wrong = [](const Value& value, std::string_view path, std::string_view type) {
        return fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}", api::go_json_kind(value), path, type);
    };
    if (!response.is_null() && !response.is_object()) return wrong(response, "AdmissionReview.response", "v1.AdmissionResponse");
    if (const Value& allowed = response["allowed"]; !allowed.is_null() && !allowed.is_bool()) return wrong(allowed, "AdmissionResponse.response.allowed", "bool");
    const Value &status = response["status"], &code = status["code"];
    if (!status.is_null() && !status.is_object()) return wrong(status, "AdmissionResponse.response.status", "v1.Status");
    if (!code.is_null() && !code.is_int()) return wrong(code, "AdmissionResponse.response.status.code", "int32");
    const Value& warnings = response["warnings"];
    if (!warnings.is_null() && !warnings.is_array()) return wrong(warnings, "AdmissionResponse.response.warnings", "[]string");
    auto decoded = base64_decode(response["patch"].as_string());
    if (!decoded || decoded->size() > kPatchBytesMax) return "illegal base64 data at input byte 0";
    patch = std::move(*decoded);
    return {};
}

// Whether a request's trouble is the webhook's (then failurePolicy decides) or a verdict.
enum class Verdict { Allowed, Denied, Failed };
struct Reply {
    Verdict verdict = Verdict::Allowed;
    Status status;
    Value patch;               // null: none
};

class WebhookPlugin final : public AdmissionPlugin {
public:
    WebhookPlugin(Core& core, bool mutating, std::shared_ptr<const WebhookCredentials> credentials)
        : core_(core), mutating_(mutating), credentials_(std::move(credentials)), gvr_{"admissionregistration.k8s.io", "v1", mutating ? "mutatingwebhookconfigurations" : "validatingwebhookconfigurations"} {}

    std::string_view name() const override { return mutating_ ? "MutatingAdmissionWebhook" : "ValidatingAdmissionWebhook"; }

    Status mutate(AdmissionRequest& request) override { return mutating_ ? run(request, request.object) : Status(); }
    Status connect(AdmissionRequest& request) override { return run(request, nullptr); }
    Status validate(const AdmissionRequest& request) override { return mutating_ ? Status() : run(const_cast<AdmissionRequest&>(request), nullptr); }

private:
    using Hooks = std::shared_ptr<const std::vector<Webhook>>;

    // Compiled again when a configuration has changed.
    Hooks hooks() {
        int64_t revision = core_.cache.revision(gvr_);
        auto held = compiled_.lock();
        if (held->hooks && held->revision == revision) return held->hooks;
        auto list = std::make_shared<std::vector<Webhook>>();
        for (const api::ObjectPtr& object : core_.cache.list(gvr_, ""))   // by name
            for (Webhook& hook : compile_webhooks(*object->tree())) list->push_back(std::move(hook));
        held->revision = revision;
        held->hooks = std::move(list);
        return held->hooks;
    }

    Status run(AdmissionRequest& request, Value* object) {
        if (!core_.webhooks || exempt_from_webhooks(request.kind)) return {};
        Hooks hooks = this->hooks();
        if (hooks->empty()) return {};
        Reinvocation* rounds = nullptr;
        if (mutating_) {
            if (!request.webhooks) request.webhooks = std::make_shared<Reinvocation>();
            rounds = request.webhooks.get();
            if (request.second_round) rounds->begin_again(object);
        }
        Status refusal;
        for (size_t index = 0; index < hooks->size(); ++index) {
            const Webhook& hook = (*hooks)[index];
            const std::string id = hook.configuration + "/" + hook.name;
            if (rounds && request.second_round && rounds->again.count(id) == 0) continue;
            bool called = false, changed = false;
            Status status = ask(hook, fmt::format("round_{}_index_{}", request.second_round ? 1 : 0, index), request, object, called, changed);
            // Those that only look are all asked, and the first refusal counts.
            if (!mutating_) {
                if (refusal.ok()) refusal = std::move(status);
                continue;
            }
            TRY(std::move(status));
            if (!rounds) continue;
            if (changed) {
                request.reinvoke = !request.second_round;
                rounds->require_again();
            }
            if (called && hook.reinvoke) rounds->invoked.insert(id);
        }
        if (rounds) rounds->remember(object);
        return refusal;
    }

    // place: of the call among the request's calls, in the audit log's annotations.
    Status ask(const Webhook& hook, const std::string& place, AdmissionRequest& request, Value* object, bool& called, bool& changed) {
        const api::KindInfo* as = match_rules(hook, request, core_.kinds);
        if (as == nullptr || !TRY(match_selectors(hook, request, core_.cache))) return {};
        std::string uid = random_uuid();
        RequestVersion seen(request);
        TRY(seen.load(core_, *as));
        if (!hook.conditions.empty()) {
            ExpressionInputs inputs(seen.request, *as, core_.authorizer.get());
            inputs.begin(nullptr, Sees::Authorizer);
            const ConditionsOutcome match = evaluate_conditions(hook.conditions, inputs, Sees::Authorizer, {core_.admission.metrics(), hook.name, "webhook", mutating_ ? "admit" : "validating", request.operation});
            if (!match.error.empty()) {
                if (hook.ignore_failures) return {};
                return forbidden(request.kind, request.name, match.error);
            }
            if (!match.matches) return {};
        }
        if (request.dry_run && !hook.no_side_effects)
            return error(Reason::BadRequest, "admission webhook \"{}\" does not support dry run", hook.name);
        called = true;
        const Duration begin = core_.clock.elapsed();
        Reply answer = call(hook, request, review_of(seen.request, *as, uid), uid);
        const Duration took = core_.clock.elapsed() - begin;
        if (request.context) request.context->webhooks += took;
        measure(hook, request.operation, answer, took);
        const bool has_patch = answer.verdict == Verdict::Allowed && answer.patch.size() > 0;
        if (has_patch && !object)
            return error(Reason::InternalError, "Internal error occurred: admission webhook \"{}\" attempted to modify the object, which is not supported for this operation", hook.name);
        if (has_patch) answer.status = apply(request, *as, answer.patch, *object, changed);
        if (mutating_) note_mutation(hook, place, request, has_patch && answer.status.ok() ? &answer.patch : nullptr, changed);
        if (answer.verdict == Verdict::Failed && hook.ignore_failures) {
            log::warn("webhook", "a webhook failed and is ignored", {{"webhook", hook.name}, {"why", answer.status.message()}});
            request.annotate(fmt::format("failed-open.{}.webhook.admission.k8s.io/{}", mutating_ ? "mutation" : "validation", place), hook.name);
            return {};
        }
        return answer.status;
    }

    // The codes that Kubernetes gives what went wrong: 500 for a webhook that was not reached or answered nonsense, else what the webhook said.
    void measure(const Webhook& hook, Operation operation, const Reply& answer, Duration took) const {
        AdmissionMetrics* metrics = core_.admission.metrics();
        if (metrics == nullptr) return;
        const bool failed = answer.verdict == Verdict::Failed, open = failed && hook.ignore_failures;
        const bool rejected = !open && answer.verdict != Verdict::Allowed;
        metrics->webhook(hook.name, mutating_, operation, rejected, answer.verdict == Verdict::Allowed ? 200 : answer.status.code(), !rejected ? "" : failed ? "calling_webhook_error" : "no_error", took);
        if (open) metrics->failed_open(hook.name, mutating_);
    }

    static void note_mutation(const Webhook& hook, const std::string& place, const AdmissionRequest& request, const Value* patch, bool changed) {
        if (request.annotations == nullptr) return;
        Value note = Value::object({{"configuration", hook.configuration}, {"webhook", hook.name}, {"mutated", changed}});
        request.annotate("mutation.webhook.admission.k8s.io/" + place, json::write(note));
        if (!patch) return;
        note.erase("mutated");
        note.set("patch", *patch);
        note.set("patchType", "JSONPatch");
        request.annotate("patch.webhook.admission.k8s.io/" + place, json::write(note));
    }

    // The request with its objects, in the version that the hook's rules name.
    static Value review_of(const AdmissionRequest& request, const api::KindInfo& as, const std::string& uid) {
        Value out = request_document(request, as, uid);
        out.set("object", request.object ? *request.object : Value());
        out.set("oldObject", request.old_object ? *request.old_object : Value());
        return out;
    }

    Reply call(const Webhook& hook, AdmissionRequest& request, Value body, const std::string& uid) {
        auto failed = [&](std::string_view why) { return Reply{Verdict::Failed, call_failed(hook, why), {}}; };
        if (hook.review_version.empty()) return failed("webhook does not accept known AdmissionReview versions");
        const std::string version = "admission.k8s.io/" + hook.review_version;
        Value review = Value::object({{"kind", "AdmissionReview"}, {"apiVersion", version}});
        review.set("request", std::move(body));
        auto answer = core_.webhooks->call(hook.client, fmt::format("timeout={}s", hook.timeout_s), review, std::chrono::seconds(hook.timeout_s), credentials_.get());
        if (!answer.ok()) return failed(answer.status().message());
        const Value& response = (*answer)["response"];
        const std::string &api_version = (*answer)["apiVersion"].as_string(), &kind = (*answer)["kind"].as_string();
        const bool nameless = api_version.empty() && kind.empty();
        if (hook.review_version == "v1" && !nameless) {
            if (kind == "AdmissionReview" && api_version == "admission.k8s.io/v1beta1") return failed("failed to call webhook: converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion");
            if (api_version != version || kind != "AdmissionReview")
                return failed(fmt::format("failed to call webhook: no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:110\"", kind, api_version));
        }
        std::string patch;
        if (std::string wrong = misread(response, patch); !wrong.empty()) return failed("failed to call webhook: " + wrong);
        if (!response.is_object()) return failed("received invalid webhook response: webhook response was absent");
        const std::string& type = response["patchType"].as_string();
        if (hook.review_version == "v1") {
            if (response["uid"].as_string() != uid)
                return failed(fmt::format("received invalid webhook response: expected response.uid=\"{}\", got \"{}\"", uid, response["uid"].as_string()));
            if (nameless) return failed(fmt::format("received invalid webhook response: expected webhook response of {}, Kind=AdmissionReview, got /, Kind=", version));
            const char* wrong = nullptr;
            if (!mutating_) wrong = !patch.empty() ? "validating webhook may not return response.patch" : !type.empty() ? "validating webhook may not return response.patchType" : nullptr;
            else if (patch.empty() != type.empty()) wrong = patch.empty() ? "webhook returned response.patchType but not response.patch" : "webhook returned response.patch but not response.patchType";
            if (wrong) return failed(std::string("received invalid webhook response: ") + wrong);
        }
        if (request.warnings)
            for (const Value& warning : response["warnings"].items())
                if (!warning.as_string().empty() && request.warnings->size() < kWarningsMax) request.warnings->push_back(warning.as_string());
        for (const json::Member& note : response["auditAnnotations"].members()) request.annotate(hook.name + "/" + note.key, note.value.as_string());
        if (!response["allowed"].as_bool()) return {Verdict::Denied, denied(hook, response["status"]), {}};
        if (!mutating_ || patch.empty()) return {};
        auto parsed = json::parse(patch);
        if (!parsed.ok()) return failed("received undecodable patch in webhook response: " + api::without_offset(parsed.status()));
        if (!parsed->is_array()) return failed(fmt::format("received undecodable patch in webhook response: json: cannot unmarshal {} into Go value of type jsonpatch.Patch", api::go_json_kind(*parsed)));
        if (parsed->size() > 0 && !type.empty() && type != "JSONPatch") return failed(fmt::format("unsupported patch type \"{}\"", type));
        return {Verdict::Allowed, {}, std::move(parsed).value()};
    }

    static Status apply_to_body(const AdmissionRequest& request, const Value& patch, Value& object, bool& changed) {
        Value tree = object;
        Status status = json::json_patch(tree, patch);
        if (status.ok() && request.body->schema) status = api::normalize(*request.body->schema, tree);
        if (!status.ok()) return error(Reason::InternalError, "Internal error occurred: {}", status.message());
        changed = !(tree == object);
        object = std::move(tree);
        return {};
    }

    // The patched object in the request's version, in form and with its defaults.
    Status apply(AdmissionRequest& request, const api::KindInfo& as, const Value& patch, Value& object, bool& changed) {
        request.about_to_change();
        if (request.body) return apply_to_body(request, patch, object, changed);
        Value tree = TRY(in_version(core_, request.kind, as, object));
        if (Status status = json::json_patch(tree, patch); !status.ok()) return error(Reason::InternalError, "Internal error occurred: {}", status.message());
        if (Status status = api::normalize_kind(as, tree); !status.ok()) return error(Reason::InternalError, "Internal error occurred: {}", status.message());
        set_defaults(as, tree);
        tree = TRY(in_version(core_, as, request.kind, tree));
        tree.set("kind", request.kind.gvk.kind);
        tree.set("apiVersion", request.kind.gvk.api_version());
        changed = !(tree == object);
        object = std::move(tree);
        return {};
    }

    struct Compiled {
        int64_t revision = -1;
        Hooks hooks;
    };
    Core& core_;
    const bool mutating_;
    const std::shared_ptr<const WebhookCredentials> credentials_;
    const api::Gvr gvr_;
    Guarded<Compiled> compiled_;
};

}  // namespace

MadePlugin make_webhooks(Core& core, bool mutating, const json::Value& configuration) {
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<WebhookPlugin>(core, mutating, TRY(WebhookCredentials::open(configuration))));
}

}  // namespace skiff::apiserver
