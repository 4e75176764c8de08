// Tries what a node needs of the kernel, in namespaces of this thread's own that end with it: loads modules as real use would, changes nothing else.
// An empty Status is success; the message is the kernel's refusal. Needs root. One thread at a time.
#pragma once

#include "base/status.h"

namespace skiff::cli {

Status try_overlay();        // mounts an overlay on a file system in memory
Status try_interfaces();     // bridge, veth pair, vxlan
Status try_packet_rules();   // every kind of rule and map that Services use

}  // namespace skiff::cli
