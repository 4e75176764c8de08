// What is on disk about a container: <dir>/spec.json (ours, written anew at create and at start) and the exit record (written once, by the
// monitor; by us where the monitor was killed). Every question reads the files: there is no second copy to disagree with them.
#pragma once

#include <string>

#include "agent/runtime/runtime.h"
#include "json/value.h"

namespace skiff::agent::runtime {

struct ContainerRecord {
    ContainerStatus status;          // state is Created or Running as far as the record knows
    std::string cgroup;              // of the container
    bool tty = false, stdin_open = false;
    bool made = false;               // runc has created it
    std::string start_error;         // why it could not be created; told by start()
};

json::Value record_to_json(const ContainerRecord& record);
ContainerRecord record_from_json(const json::Value& tree);
Result<ContainerRecord> read_record(const std::string& dir);
Status write_record(const std::string& dir, const ContainerRecord& record);

// Fills in state, code, signal and times from the exit record; false when there is none.
bool apply_exit(const std::string& exit_file, ContainerStatus& status);
// The record of a container whose monitor was killed and so saw no exit.
Status write_lost_exit(const std::string& exit_file, int64_t finished_ns);

}  // namespace skiff::agent::runtime
