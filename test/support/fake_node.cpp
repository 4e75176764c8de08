#include "support/fake_node.h"

#include <csignal>

namespace skiff::test {

Result<runtime::SandboxStatus> FakeRuntime::create_sandbox(const runtime::SandboxSpec& spec) {
    std::lock_guard lock(mutex_);
    runtime::SandboxStatus status{spec, spec.host_network ? "" : "/run/netns/" + spec.id, ++now_ns, true};
    sandboxes_[spec.id] = status;
    return status;
}

Status FakeRuntime::remove_sandbox(const std::string& id) {
    std::lock_guard lock(mutex_);
    sandboxes_.erase(id);
    return {};
}

std::vector<runtime::SandboxStatus> FakeRuntime::sandboxes() {
    std::lock_guard lock(mutex_);
    std::vector<runtime::SandboxStatus> result;
    for (const auto& [id, sandbox] : sandboxes_) result.push_back(sandbox);
    return result;
}

Status FakeRuntime::create(const runtime::ContainerSpec& spec) {
    std::lock_guard lock(mutex_);
    Held held{spec, {}, {}};
    held.status = {.id = spec.id, .sandbox_id = spec.sandbox_id, .name = spec.name, .image = spec.image, .attempt = spec.attempt, .created_ns = ++now_ns, .log_path = spec.log_path, .labels = spec.labels};
    containers_[spec.id] = std::move(held);
    order_.push_back(spec.id);
    return {};
}

Status FakeRuntime::start(const std::string& id) {
    std::function<Status(const runtime::ContainerSpec&)> hook;
    runtime::ContainerSpec spec;
    {
        std::lock_guard lock(mutex_);
        hook = on_start;
        spec = containers_[id].spec;
    }
    if (hook) TRY(hook(spec));
    std::lock_guard lock(mutex_);
    containers_[id].status.state = runtime::State::Running;
    containers_[id].status.started_ns = ++now_ns;
    return {};
}

void FakeRuntime::end(const std::string& id, int exit_code) {
    runtime::ContainerStatus status;
    {
        std::lock_guard lock(mutex_);
        auto& held = containers_[id];
        if (held.status.state != runtime::State::Running) return;
        held.status.state = runtime::State::Exited;
        held.status.exit_code = exit_code;
        held.status.finished_ns = ++now_ns;
        status = held.status;
    }
    if (changed_) changed_(status);
}

Status FakeRuntime::kill(const std::string& id, int signal) {
    bool obey;
    {
        std::lock_guard lock(mutex_);
        auto found = containers_.find(id);
        if (found == containers_.end()) return {};
        found->second.signals.push_back(signal);
        obey = obey_signals || signal == SIGKILL;
    }
    if (obey) end(id, 128 + signal);
    return {};
}

Status FakeRuntime::remove(const std::string& id) {
    std::lock_guard lock(mutex_);
    containers_.erase(id);
    return {};
}

Result<runtime::ContainerStatus> FakeRuntime::status(const std::string& id) {
    std::lock_guard lock(mutex_);
    auto found = containers_.find(id);
    if (found == containers_.end()) return error(Reason::NotFound, "no container {}", id);
    return found->second.status;
}

std::vector<runtime::ContainerStatus> FakeRuntime::containers() {
    std::lock_guard lock(mutex_);
    std::vector<runtime::ContainerStatus> result;
    for (const auto& [id, held] : containers_) result.push_back(held.status);
    return result;
}

FakeRuntime::Held* FakeRuntime::newest(const std::string& container) {
    for (auto id = order_.rbegin(); id != order_.rend(); ++id)
        if (auto found = containers_.find(*id); found != containers_.end() && found->second.spec.name == container) return &found->second;
    return nullptr;
}

std::string FakeRuntime::running(const std::string& container) {
    std::lock_guard lock(mutex_);
    Held* held = newest(container);
    return held && held->status.state == runtime::State::Running ? held->status.id : "";
}

void FakeRuntime::exit(const std::string& container, int exit_code) {
    const std::string id = running(container);
    if (!id.empty()) end(id, exit_code);
}

size_t FakeRuntime::starts(const std::string& container) {
    std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& [id, held] : containers_) count += held.spec.name == container && held.status.started_ns != 0;
    return count;
}

runtime::ContainerSpec FakeRuntime::spec(const std::string& container) {
    std::lock_guard lock(mutex_);
    Held* held = newest(container);
    return held ? held->spec : runtime::ContainerSpec();
}

std::vector<int> FakeRuntime::signals(const std::string& container) {
    std::lock_guard lock(mutex_);
    Held* held = newest(container);
    return held ? held->signals : std::vector<int>();
}

void FakeImages::add(const std::string& reference, images::ImageConfig config) {
    std::lock_guard lock(mutex_);
    images::Image image;
    image.id = "sha256:" + reference;
    image.tags = {reference};
    image.size_bytes = 1000;
    image.config = std::move(config);
    images_[reference] = std::move(image);
}

Result<images::Image> FakeImages::get(const std::string& reference) {
    std::lock_guard lock(mutex_);
    auto found = images_.find(reference);
    if (found == images_.end()) return error(Reason::NotFound, "no image {}", reference);
    return found->second;
}

std::vector<images::Image> FakeImages::list() {
    std::lock_guard lock(mutex_);
    std::vector<images::Image> result;
    for (const auto& [reference, image] : images_) result.push_back(image);
    return result;
}

Result<images::Image> FakeImages::pull(const std::string& reference, const images::PullOptions&) {
    {
        std::lock_guard lock(mutex_);
        ++pulls;
    }
    if (on_pull) return on_pull(reference);
    add(reference);
    return get(reference);
}

Result<std::vector<std::string>> FakeNetwork::attach(const network::PodAttachment& pod) {
    std::lock_guard lock(mutex_);
    auto [found, fresh] = ips_.try_emplace(pod.pod_uid);
    if (fresh) found->second = "10.42.0." + std::to_string(next_++);
    return std::vector<std::string>{found->second};
}

Status FakeNetwork::detach(const std::string& pod_uid) {
    std::lock_guard lock(mutex_);
    ips_.erase(pod_uid);
    return {};
}

std::set<std::string> FakeNetwork::attached() {
    std::lock_guard lock(mutex_);
    std::set<std::string> uids;
    for (const auto& [uid, ip] : ips_) uids.insert(uid);
    return uids;
}

}  // namespace skiff::test
