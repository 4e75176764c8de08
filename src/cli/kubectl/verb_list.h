// The function of each verb; verbs.cpp has the table. A verb's file defines one or a few of them.
#pragma once

#include "cli/kubectl/verb.h"

namespace skiff::cli::kubectl {

Status get(Call& call);
Status apply(Call& call);
Status create_files(Call& call);
Status replace(Call& call);
Status remove(Call& call);
Status logs(Call& call);
Status exec(Call& call);
Status attach(Call& call);
Status describe(Call& call);
Status scale(Call& call);
Status autoscale(Call& call);
Status label(Call& call);
Status annotate(Call& call);
Status patch(Call& call);
Status taint(Call& call);
Status cordon(Call& call);
Status uncordon(Call& call);
Status drain(Call& call);
Status wait(Call& call);
Status rollout_status(Call& call);
Status rollout_restart(Call& call);
Status rollout_pause(Call& call);
Status rollout_resume(Call& call);
Status rollout_history(Call& call);
Status rollout_undo(Call& call);
Status cluster_info(Call& call);
Status version(Call& call);
Status api_versions(Call& call);
Status api_resources(Call& call);
Status events(Call& call);

}  // namespace skiff::cli::kubectl
