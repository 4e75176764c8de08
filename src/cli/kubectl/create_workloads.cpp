// create deployment, job, cronjob, namespace, quota, priorityclass, poddisruptionbudget.
#include <cctype>

#include "base/strings.h"
#include "cli/kubectl/generators.h"
#include "cli/kubectl/verb_list.h"

namespace skiff::cli::kubectl {

json::Value named_object(const std::string& api_version, const std::string& kind, const std::string& name) {
    return json::Value::object({{"apiVersion", api_version}, {"kind", kind}, {"metadata", json::Value::object({{"name", name}})}});
}

Result<std::string> one_name(const Call& call) {
    const size_t count = call.dash.value_or(call.words.size());
    if (count != 1 || call.words[0].empty()) return call.usage_error(fmt::format("exactly one NAME is required, got {}", count));
    return call.words[0];
}

json::Value string_list(const std::vector<std::string>& words) {
    auto list = json::Value::array();
    for (const auto& word : words) list.push_back(word);
    return list;
}

std::string name_from_image(const std::string& image) {
    auto name = image.substr(image.rfind('/') == std::string::npos ? 0 : image.rfind('/') + 1);
    name = name.substr(0, name.find_first_of(":@"));
    for (auto& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') c = '-';
    return lower(name);
}

json::Value app_label(const std::string& name) { return json::Value::object({{"app", name}}); }

namespace {

json::Value container(const std::string& name, const std::string& image, const std::vector<std::string>& command) {
    auto one = json::Value::object({{"name", name}, {"image", image}, {"resources", json::Value::object()}});
    if (!command.empty()) one.set("command", string_list(command));
    return one;
}

json::Value job_spec(const std::string& name, const std::string& image, const std::vector<std::string>& command, const std::string& restart) {
    auto pod = json::Value::object({{"containers", json::Value::array({container(name, image, command)})}, {"restartPolicy", restart}});
    return json::Value::object({{"template", json::Value::object({{"metadata", json::Value::object()}, {"spec", std::move(pod)}})}});
}

}  // namespace

Status create_deployment(Call& call) {
    WriteFlags write;
    std::vector<std::string> images;
    int64_t replicas = 1, port = -1;
    write.add(call.options, "kubectl-create");
    call.options.comma_list("image", 0, &images, "Image names to run. A deployment can have multiple images set for multi-container pod.");
    call.options.number("replicas", 'r', &replicas, "Number of replicas to create. Default is 1.");
    call.options.number("port", 0, &port, "The containerPort that this deployment exposes.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    const auto command = call.take_command();
    if (images.empty()) return local_error("required flag(s) \"image\" not set");
    if (images.size() > 1 && !command.empty()) return local_error("cannot specify multiple --image options and command");
    if (replicas < 0) return local_error("replicas must be non-negative");
    auto containers = json::Value::array();
    for (const auto& image : images) {
        auto one = container(name_from_image(image), image, command);
        if (port > 0 && containers.size() == 0) one.set("ports", json::Value::array({json::Value::object({{"containerPort", port}})}));
        containers.push_back(std::move(one));
    }
    auto object = named_object("apps/v1", "Deployment", name);
    object.mut("metadata").set("labels", app_label(name));
    auto pod = json::Value::object({{"metadata", json::Value::object({{"labels", app_label(name)}})}, {"spec", json::Value::object({{"containers", std::move(containers)}})}});
    object.set("spec", json::Value::object({{"replicas", replicas}, {"selector", json::Value::object({{"matchLabels", app_label(name)}})}, {"strategy", json::Value::object()}, {"template", std::move(pod)}}));
    object.set("status", json::Value::object());
    return create_and_show(call, write, std::move(object));
}

Status create_job(Call& call) {
    WriteFlags write;
    std::string image, from;
    write.add(call.options, "kubectl-create");
    call.options.text("image", 0, &image, "Image name to run.");
    call.options.text("from", 0, &from, "The name of the resource to create a Job from (only cronjob is supported).");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    const auto command = call.take_command();
    if (image.empty() == from.empty()) return local_error("either --image or --from must be specified");
    auto object = named_object("batch/v1", "Job", name);
    if (from.empty()) {
        object.set("spec", job_spec(name, image, command, "Never"));
        object.set("status", json::Value::object());
        return create_and_show(call, write, std::move(object));
    }
    auto& session = *TRY(call.session());
    const auto source = TRY(one_target(call, {from}));
    if (source.resource.kind != "CronJob") return local_error("from must be an existing cronjob");
    const auto cron = TRY(session.get(api_path(source.resource.gvr, source.ns, source.name)));
    const auto& made = cron["spec"]["jobTemplate"];
    auto annotations = made["metadata"]["annotations"];
    annotations.set("cronjob.kubernetes.io/instantiate", "manual");
    object.mut("metadata").set("annotations", std::move(annotations));
    if (made["metadata"]["labels"].size()) object.mut("metadata").set("labels", made["metadata"]["labels"]);
    object.mut("metadata").set("ownerReferences", json::Value::array({json::Value::object({{"apiVersion", "batch/v1"}, {"kind", "CronJob"}, {"name", source.name}, {"uid", cron["metadata"]["uid"]}, {"controller", true}})}));
    object.set("spec", made["spec"]);
    return create_and_show(call, write, std::move(object));
}

Status create_cron_job(Call& call) {
    WriteFlags write;
    std::string image, schedule, restart = "OnFailure";
    write.add(call.options, "kubectl-create");
    call.options.text("image", 0, &image, "Image name to run.");
    call.options.text("schedule", 0, &schedule, "A schedule in the Cron format the job should be run with.");
    call.options.text("restart", 0, &restart, "job's restart policy. supported values: OnFailure, Never");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    const auto command = call.take_command();
    if (image.empty() || schedule.empty()) return local_error("required flag(s) {} not set", image.empty() && schedule.empty() ? "\"image\", \"schedule\"" : image.empty() ? "\"image\"" : "\"schedule\"");
    auto object = named_object("batch/v1", "CronJob", name);
    auto made = json::Value::object({{"metadata", json::Value::object({{"name", name}})}, {"spec", job_spec(name, image, command, restart)}});
    object.set("spec", json::Value::object({{"schedule", schedule}, {"jobTemplate", std::move(made)}}));
    object.set("status", json::Value::object());
    return create_and_show(call, write, std::move(object));
}

Status create_namespace(Call& call) {
    WriteFlags write;
    write.add(call.options, "kubectl-create");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object("v1", "Namespace", name);
    object.set("spec", json::Value::object());
    object.set("status", json::Value::object());
    return create_and_show(call, write, std::move(object));
}

Status create_quota(Call& call) {
    WriteFlags write;
    std::vector<std::string> hard, scopes;
    write.add(call.options, "kubectl-create");
    call.options.comma_list("hard", 0, &hard, "A comma-delimited set of resource=quantity pairs that define a hard limit.");
    call.options.comma_list("scopes", 0, &scopes, "A comma-delimited set of quota scopes that must all match each object tracked by the quota.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object("v1", "ResourceQuota", name);
    auto limits = json::Value::object();
    for (const auto& pair : hard) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) return local_error("Invalid argument syntax {}, expected <resource>=<value>", pair);
        limits.set(pair.substr(0, equals), pair.substr(equals + 1));
    }
    auto spec = json::Value::object();
    if (limits.size()) spec.set("hard", std::move(limits));
    if (!scopes.empty()) spec.set("scopes", string_list(scopes));
    object.set("spec", std::move(spec));
    object.set("status", json::Value::object());
    return create_and_show(call, write, std::move(object));
}

Status create_priority_class(Call& call) {
    WriteFlags write;
    int64_t value = 0;
    bool global_default = false;
    std::string description, preemption = "PreemptLowerPriority";
    write.add(call.options, "kubectl-create");
    call.options.number("value", 0, &value, "the value of this priority class.");
    call.options.toggle("global-default", 0, &global_default, "global-default specifies whether this PriorityClass should be considered as the default priority.");
    call.options.text("description", 0, &description, "description is an arbitrary string that usually provides guidelines on when this priority class should be used.");
    call.options.text("preemption-policy", 0, &preemption, "preemption-policy is the policy for preempting pods with lower priority.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object("scheduling.k8s.io/v1", "PriorityClass", name);
    if (!call.options.was_set("value")) return local_error("required flag(s) \"value\" not set");
    object.set("value", value);
    if (!description.empty()) object.set("description", description);
    if (global_default) object.set("globalDefault", true);
    object.set("preemptionPolicy", preemption);
    return create_and_show(call, write, std::move(object));
}

Status create_disruption_budget(Call& call) {
    WriteFlags write;
    std::string selector, min, max;
    write.add(call.options, "kubectl-create");
    call.options.text("selector", 0, &selector, "A label selector to use for this budget. Only equality-based selector requirements are supported.");
    call.options.text("min-available", 0, &min, "The minimum number or percentage of available pods this budget requires.");
    call.options.text("max-unavailable", 0, &max, "The maximum number or percentage of unavailable pods this budget requires.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object("policy/v1", "PodDisruptionBudget", name);
    if (selector.empty()) return local_error("a selector must be specified");
    if (min.empty() == max.empty()) return local_error("{}", min.empty() ? "one of min-available or max-unavailable must be specified" : "min-available and max-unavailable cannot be both specified");
    auto labels = json::Value::object();
    for (const auto& pair : split(selector, ',')) labels.set(pair.substr(0, pair.find('=')), pair.substr(pair.find_last_of('=') + 1));
    const auto& text = min.empty() ? max : min;
    const auto number = parse_int(text);
    auto spec = json::Value::object({{"selector", json::Value::object({{"matchLabels", std::move(labels)}})}});
    spec.set(min.empty() ? "maxUnavailable" : "minAvailable", number ? json::Value(*number) : json::Value(text));
    object.set("spec", std::move(spec));
    return create_and_show(call, write, std::move(object));
}

}  // namespace skiff::cli::kubectl
