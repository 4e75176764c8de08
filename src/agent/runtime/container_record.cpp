#include "agent/runtime/container_record.h"

#include "base/file.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::agent::runtime {

namespace {

constexpr size_t kRecordBytesMax = 1 << 20;
constexpr int kStartErrorCode = 128;   // what the kubelet shows for a container that never ran

}  // namespace

json::Value record_to_json(const ContainerRecord& r) {
    const auto& s = r.status;
    auto tree = json::Value::object({{"id", s.id}, {"sandbox", s.sandbox_id}, {"name", s.name}, {"image", s.image}, {"attempt", s.attempt}, {"log", s.log_path},
                                     {"pid", s.pid}, {"created", s.created_ns}, {"started", s.started_ns}, {"cgroup", r.cgroup}, {"tty", r.tty},
                                     {"stdin", r.stdin_open}, {"made", r.made}});
    if (!r.start_error.empty()) tree.set("startError", r.start_error);
    for (const auto& [key, value] : s.labels) tree.mut("labels").set(key, value);
    return tree;
}

ContainerRecord record_from_json(const json::Value& tree) {
    ContainerRecord r;
    auto& s = r.status;
    s.id = tree["id"].as_string();
    s.sandbox_id = tree["sandbox"].as_string();
    s.name = tree["name"].as_string();
    s.image = tree["image"].as_string();
    s.attempt = static_cast<int>(tree["attempt"].as_int());
    s.log_path = tree["log"].as_string();
    s.pid = static_cast<int>(tree["pid"].as_int());
    s.created_ns = tree["created"].as_int();
    s.started_ns = tree["started"].as_int();
    for (const auto& [key, value] : tree["labels"].members()) s.labels[key] = value.as_string();
    s.state = s.started_ns ? State::Running : State::Created;
    r.cgroup = tree["cgroup"].as_string();
    r.tty = tree["tty"].as_bool();
    r.stdin_open = tree["stdin"].as_bool();
    r.made = tree["made"].as_bool();
    r.start_error = tree["startError"].as_string();
    if (r.start_error.empty() || !s.started_ns) return r;
    s.state = State::Exited;
    s.exit_code = kStartErrorCode;
    s.reason = "StartError";
    s.message = r.start_error;
    s.finished_ns = s.started_ns;
    return r;
}

Result<ContainerRecord> read_record(const std::string& dir) {
    return record_from_json(TRY(json::parse(TRY(file::read(dir + "/spec.json", kRecordBytesMax)))));
}

Status write_record(const std::string& dir, const ContainerRecord& record) {
    return file::write_volatile(dir + "/spec.json", json::write(record_to_json(record)), 0600);
}

bool apply_exit(const std::string& exit_file, ContainerStatus& s) {
    auto text = file::read(exit_file, 4096);
    if (!text.ok()) return false;
    auto tree = json::parse(*text);
    if (!tree.ok()) return false;
    s.state = State::Exited;
    s.exit_code = static_cast<int>((*tree)["code"].as_int());
    s.signal = static_cast<int>((*tree)["signal"].as_int());
    s.oom_killed = (*tree)["oom"].as_bool() && s.exit_code != 0;
    s.finished_ns = (*tree)["finished"].as_int();
    if (!(*tree)["lost"].as_bool()) return true;
    s.reason = "ContainerStatusUnknown";
    s.message = "The container could not be located when the pod was terminated";
    return true;
}

Status write_lost_exit(const std::string& exit_file, int64_t finished_ns) {
    auto tree = json::Value::object({{"code", 137}, {"signal", 9}, {"oom", false}, {"finished", finished_ns}, {"lost", true}});
    return file::write_volatile(exit_file, json::write(tree), 0600);
}

}  // namespace skiff::agent::runtime
