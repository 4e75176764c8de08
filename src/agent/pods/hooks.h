// What follows a container's start: the post-start hook, and when that is through, its probes.
#pragma once

#include "agent/pods/sync.h"

namespace skiff::agent::pods {

// Begins the post-start hook, if there is one.
void after_start(Sync& sync, const ContainerRef& container);
// Begins the probes of a running container; what is known already is carried over (after a restart of the agent).
void begin_probes(Sync& sync, const ContainerRef& container);
// A probe's result as it changes the pod.
void take_probe_change(PodState& state, const probes::Change& change);

}  // namespace skiff::agent::pods
