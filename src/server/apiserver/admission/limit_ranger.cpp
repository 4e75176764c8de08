// LimitRanger: defaults for containers' requests and limits, and the bounds of containers, pods and claims.
#include <algorithm>
#include <functional>

#include "api/kinds/pod_resources.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

using api::Quantity;
using api::kinds::container_resources;
using api::kinds::Quantities;
using api::kinds::ResourceSide;

const api::Gvr kLimitRanges{"", "v1", "limitranges"};
constexpr const char* kAnnotation = "kubernetes.io/limit-ranger";

std::string join_text(const std::vector<std::string>& parts, const char* separator) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : separator) + part;
    return out;
}

// Sets what the container leaves out; the names set are noted for the annotation.
void merge_defaults(json::Value& container, const char* side, const json::Value& defaults, const std::string& what, std::vector<std::string>& notes) {
    std::vector<std::string> set;
    for (const json::Member& member : defaults.members()) {
        if (container["resources"][side].has(member.key)) continue;
        container.mut("resources").mut(side).set(member.key, member.value);
        set.push_back(member.key);
    }
    std::sort(set.begin(), set.end());
    if (!set.empty()) notes.push_back(join_text(set, ", ") + " " + (std::string(side) == "limits" ? "limit" : "request") + " for " + what);
}

// A limit that a container gives is its request too, before defaults are looked at.
void apply_item(json::Value& pod, const json::Value& item, std::vector<std::string>& notes) {
    json::Value defaults = item["default"].is_object() ? item["default"] : json::Value::object();
    json::Value requests = item["defaultRequest"].is_object() ? item["defaultRequest"] : json::Value::object();
    for (auto [list, label] : {std::pair{"containers", "container "}, std::pair{"initContainers", "init container "}}) {
        json::Value* containers = pod.mut("spec").find(list);
        if (containers == nullptr) continue;
        for (json::Value& container : containers->mut_items()) {
            std::string what = label + container["name"].as_string();
            json::Value wanted = requests;
            for (const json::Member& limit : container["resources"]["limits"].members())
                if (!container["resources"]["requests"].has(limit.key)) wanted.erase(limit.key);
            merge_defaults(container, "requests", wanted, what, notes);
            merge_defaults(container, "limits", defaults, what, notes);
        }
    }
}

// What Kubernetes' own defaulting of LimitRange items does: default from max, defaultRequest from default and min.
json::Value complete_item(json::Value item) {
    auto fill = [&item](const char* from, const char* to) {
        json::Value source = item[from];
        for (const json::Member& m : source.members())
            if (!item[to].has(m.key)) item.mut(to).set(m.key, m.value);
    };
    fill("max", "default");
    fill("default", "defaultRequest");
    fill("min", "defaultRequest");
    return item;
}

class Bounds {
public:
    Bounds(std::string type, std::vector<std::string>& errors) : type_(std::move(type)), errors_(errors) {}

    void check(const json::Value& item, const Quantities& requests, const Quantities& limits) {
        for (const json::Member& m : item["min"].members()) minimum(m.key, parse(m.value), requests, limits);
        for (const json::Member& m : item["max"].members()) maximum(m.key, parse(m.value), requests, limits);
        for (const json::Member& m : item["maxLimitRequestRatio"].members()) ratio(m.key, parse(m.value), requests, limits);
    }

private:
    static Quantity parse(const json::Value& v) { return Quantity::parse_or_zero(v.as_string()); }
    static const Quantity* find(const Quantities& q, const std::string& name) {
        auto found = q.find(name);
        return found == q.end() ? nullptr : &found->second;
    }
    void minimum(const std::string& name, const Quantity& bound, const Quantities& requests, const Quantities& limits) {
        const Quantity *request = find(requests, name), *limit = find(limits, name);
        if (request == nullptr) errors_.push_back(fmt::format("minimum {} usage per {} is {}.  No request is specified", name, type_, bound.text()));
        else if (*request < bound) errors_.push_back(fmt::format("minimum {} usage per {} is {}, but request is {}", name, type_, bound.text(), request->text()));
        else if (limit != nullptr && *limit < bound) errors_.push_back(fmt::format("minimum {} usage per {} is {}, but limit is {}", name, type_, bound.text(), limit->text()));
    }
    void maximum(const std::string& name, const Quantity& bound, const Quantities& requests, const Quantities& limits) {
        const Quantity *request = find(requests, name), *limit = find(limits, name);
        if (limit == nullptr) errors_.push_back(fmt::format("maximum {} usage per {} is {}.  No limit is specified", name, type_, bound.text()));
        else if (*limit > bound) errors_.push_back(fmt::format("maximum {} usage per {} is {}, but limit is {}", name, type_, bound.text(), limit->text()));
        else if (request != nullptr && *request > bound) errors_.push_back(fmt::format("maximum {} usage per {} is {}, but request is {}", name, type_, bound.text(), request->text()));
    }
    void ratio(const std::string& name, const Quantity& bound, const Quantities& requests, const Quantities& limits) {
        const Quantity *request = find(requests, name), *limit = find(limits, name);
        if (request == nullptr || request->is_zero()) errors_.push_back(fmt::format("{} max limit to request ratio per {} is {}, but no request is specified or request is 0", name, type_, bound.text()));
        else if (limit == nullptr || limit->is_zero()) errors_.push_back(fmt::format("{} max limit to request ratio per {} is {}, but no limit is specified or limit is 0", name, type_, bound.text()));
        else if (double given = limit->approximate() / request->approximate(); given > bound.approximate() + 1e-9)
            errors_.push_back(fmt::format("{} max limit to request ratio per {} is {}, but provided ratio is {:.6f}", name, type_, bound.text(), given));
    }
    std::string type_;
    std::vector<std::string>& errors_;
};

class LimitRanger : public AdmissionPlugin {
public:
    explicit LimitRanger(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "LimitRanger"; }

    Status mutate(AdmissionRequest& request) override {
        const bool resize = request.subresource == "resize" && request.operation == Operation::Update;
        if (!is_resource(request, "", "pods") || (!resize && (!request.subresource.empty() || request.operation != Operation::Create))) return {};
        std::vector<std::string> notes;
        for_each_item(request.ns, [&](const json::Value& item) {
            if (item["type"].as_string() == "Container") apply_item(*request.object, complete_item(item), notes);
        });
        if (!notes.empty()) request.object->mut("metadata").mut("annotations").set(kAnnotation, "LimitRanger plugin set: " + join_text(notes, "; "));
        return {};
    }

    Status validate(const AdmissionRequest& request) override {
        bool pod = is_resource(request, "", "pods"), claim = is_resource(request, "", "persistentvolumeclaims");
        // A pod that runs changes its resources by its resize subresource alone.
        const bool resize = pod && request.subresource == "resize" && request.operation == Operation::Update;
        if ((!pod && !claim) || (!request.subresource.empty() && !resize)) return {};
        if (request.operation != Operation::Create && !resize && !(claim && request.operation == Operation::Update)) return {};
        std::vector<std::string> errors;
        for_each_item(request.ns, [&](const json::Value& item) {
            const std::string& type = item["type"].as_string();
            if (pod && type == "Container") check_containers(*request.object, item, errors);
            if (pod && type == "Pod") Bounds("Pod", errors).check(item, api::kinds::pod_resources(*request.object, ResourceSide::Requests), api::kinds::pod_resources(*request.object, ResourceSide::Limits));
            if (claim && type == "PersistentVolumeClaim") check_claim(*request.object, item, errors);
        });
        if (errors.empty()) return {};
        // What is said twice is said once.
        std::vector<std::string> once;
        for (std::string& text : errors)
            if (std::find(once.begin(), once.end(), text) == once.end()) once.push_back(std::move(text));
        errors = std::move(once);
        return refused(request, errors.size() == 1 ? errors[0] : "[" + join_text(errors, ", ") + "]");
    }

private:
    static void check_containers(const json::Value& pod, const json::Value& item, std::vector<std::string>& errors) {
        for (const char* list : {"containers", "initContainers"})
            for (const json::Value& c : pod["spec"][list].items())
                Bounds("Container", errors).check(item, container_resources(c, ResourceSide::Requests), container_resources(c, ResourceSide::Limits));
    }
    // A claim has requests only.
    static void check_claim(const json::Value& claim, const json::Value& item, std::vector<std::string>& errors) {
        Quantity request = Quantity::parse_or_zero(claim["spec"]["resources"]["requests"]["storage"].as_string());
        const std::string &low = item["min"]["storage"].as_string(), &high = item["max"]["storage"].as_string();
        if (!low.empty() && request < Quantity::parse_or_zero(low))
            errors.push_back(fmt::format("minimum storage usage per PersistentVolumeClaim is {}, but request is {}", low, request.text()));
        if (!high.empty() && request > Quantity::parse_or_zero(high))
            errors.push_back(fmt::format("maximum storage usage per PersistentVolumeClaim is {}, but request is {}", high, request.text()));
    }
    void for_each_item(const std::string& ns, const std::function<void(const json::Value&)>& visit) const {
        for (const api::ObjectPtr& range : reader_.list(kLimitRanges, ns)) {
            api::TreePtr tree = range->tree();
            for (const json::Value& item : (*tree)["spec"]["limits"].items()) visit(item);
        }
    }
    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_limit_ranger(const Reader& reader) { return std::make_unique<LimitRanger>(reader); }

}  // namespace skiff::apiserver
