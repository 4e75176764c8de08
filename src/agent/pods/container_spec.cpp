#include "agent/pods/container_spec.h"

#include <fmt/core.h>

#include "agent/pods/container_status.h"
#include "agent/pods/resources.h"
#include "agent/pods/security.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

std::vector<std::string> words(const json::Value& list, const Variables& variables) {
    std::vector<std::string> result;
    for (const auto& word : list.items()) result.push_back(expand(word.as_string(), variables));
    return result;
}

// command replaces the entrypoint and, with it, the image's own arguments.
std::vector<std::string> arguments(const json::Value& container, const images::ImageConfig& image, const Variables& variables) {
    const std::vector<std::string> command = words(container["command"], variables), args = words(container["args"], variables);
    std::vector<std::string> result = command.empty() ? image.entrypoint : command;
    const std::vector<std::string>& tail = args.empty() && command.empty() ? image.command : args;
    result.insert(result.end(), tail.begin(), tail.end());
    return result;
}

bool has_variable(const std::vector<std::string>& env, const std::string& name) {
    for (const auto& entry : env)
        if (entry.rfind(name + "=", 0) == 0) return true;
    return false;
}

std::vector<std::string> complete(std::vector<std::string> env, const ContainerInputs& in) {
    if (!has_variable(env, "PATH")) env.insert(env.begin(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    if (!has_variable(env, "HOSTNAME")) env.push_back("HOSTNAME=" + in.hostname);
    if ((*in.container.spec)["tty"].as_bool() && !has_variable(env, "TERM")) env.push_back("TERM=xterm");
    if (!has_variable(env, "HOME")) env.push_back("HOME=" + in.user.home);
    return env;
}

runtime::NamespaceMode pid_mode(const ContainerInputs& in) {
    const json::Value& spec = in.pod["spec"];
    if (spec["hostPID"].as_bool()) return runtime::NamespaceMode::Host;
    if (!in.target_container_id.empty()) return runtime::NamespaceMode::Container;
    return spec["shareProcessNamespace"].as_bool() ? runtime::NamespaceMode::Sandbox : runtime::NamespaceMode::Own;
}

std::map<std::string, std::string> labels_of(const ContainerInputs& in, const runtime::Security& security) {
    const json::Value& container = *in.container.spec;
    const json::Value& meta = in.pod["metadata"];
    std::vector<std::string> groups;
    for (const int64_t group : security.supplemental_groups) groups.push_back(std::to_string(group));
    return {{label::kPodName, meta["name"].as_string()},
            {label::kPodNamespace, meta["namespace"].as_string()},
            {label::kPodUid, in.uid},
            {label::kContainer, in.container.name()},
            {label::kMessagePath, in.termination_log},
            {label::kMessagePolicy, container["terminationMessagePolicy"].as_string("File")},
            {label::kImageName, in.image_reference},
            {label::kImageId, image_id_of(in.image, in.image_reference)},
            {label::kUid, std::to_string(security.uid)},
            {label::kGid, std::to_string(security.gid)},
            {label::kGroups, join(groups, ",")},
            {label::kStopSignal, container["lifecycle"]["stopSignal"].as_string(in.image.config.stop_signal)}};
}

}  // namespace

std::string pod_log_dir(const NodeConfig& config, const json::Value& pod, const std::string& uid) {
    const json::Value& meta = pod["metadata"];
    return fmt::format("{}/{}_{}_{}", config.log_dir, meta["namespace"].as_string(), meta["name"].as_string(), uid);
}

std::string container_log_path(const NodeConfig& config, const json::Value& pod, const std::string& uid, const std::string& container, int attempt) {
    return fmt::format("{}/{}/{}.log", pod_log_dir(config, pod, uid), container, attempt);
}

std::string image_id_of(const images::Image& image, const std::string& reference) {
    const std::string repository = reference.substr(0, reference.find_first_of("@"));
    const size_t colon = repository.rfind(':');
    const std::string name = colon != std::string::npos && repository.find('/', colon) == std::string::npos ? repository.substr(0, colon) : repository;
    for (const auto& digest : image.digests)
        if (digest.rfind(name + "@", 0) == 0) return digest;
    return image.digests.empty() ? image.id : image.digests.front();
}

Result<runtime::ContainerSpec> make_container_spec(const ContainerInputs& in) {
    const json::Value& container = *in.container.spec;
    runtime::ContainerSpec spec;
    spec.id = in.container_id;
    spec.sandbox_id = in.sandbox_id;
    spec.name = in.container.name();
    spec.image = container["image"].as_string();
    spec.attempt = in.attempt;
    spec.args = arguments(container, in.image.config, in.environment.variables);
    if (spec.args.empty()) return error(Reason::BadRequest, "no command specified");
    spec.env = complete(in.environment.list, in);
    spec.working_dir = container["workingDir"].as_string(in.image.config.working_dir);
    if (spec.working_dir.empty()) spec.working_dir = "/";
    spec.rootfs = in.rootfs;
    spec.log_path = container_log_path(in.config, in.pod, in.uid, in.container.name(), in.attempt);
    spec.mounts = in.mounts;
    spec.devices = in.devices;
    spec.resources = container_resources(in.pod, container, in.config.memory_capacity_bytes);
    spec.security = TRY(make_security(in.pod, container, in.user, in.image.config.user, in.config.seccomp_root));
    spec.pid = pid_mode(in);
    spec.target_container = in.target_container_id;
    spec.tty = container["tty"].as_bool();
    spec.stdin_open = container["stdin"].as_bool();
    spec.stdin_once = container["stdinOnce"].as_bool();
    spec.stop_signal = container["lifecycle"]["stopSignal"].as_string(in.image.config.stop_signal);
    spec.labels = labels_of(in, spec.security);
    return spec;
}

}  // namespace skiff::agent::pods
